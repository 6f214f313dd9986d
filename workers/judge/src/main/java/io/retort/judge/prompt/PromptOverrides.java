package io.retort.judge.prompt;

import io.retort.judge.failure.JudgeException;
import io.retort.v1.PromptFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The prompts with the replacements of a request. All requests of a run have the same replacements,
 * so the most recently used sets are cached, by the hash of their content.
 */
public final class PromptOverrides {
  private static final int LARGEST_CACHE = 32;

  private final Prompts builtIn = Prompts.load();
  private final Map<ByteBuffer, Prompts> cache =
      new LinkedHashMap<>(LARGEST_CACHE, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Prompts> eldest) {
          return size() > LARGEST_CACHE;
        }
      };

  /**
   * @throws JudgeException INVALID_ARGUMENT with the file and what was expected
   */
  public Prompts with(List<PromptFile> files) {
    if (files.isEmpty()) {
      return builtIn;
    }
    ByteBuffer hash = hash(files);
    synchronized (cache) {
      Prompts known = cache.get(hash);
      if (known != null) {
        return known;
      }
    }
    Prompts prompts = Prompts.load(PromptTexts.builtIn().with(files));
    synchronized (cache) {
      cache.put(hash, prompts);
    }
    return prompts;
  }

  /** Number of cached sets. */
  int cached() {
    synchronized (cache) {
      return cache.size();
    }
  }

  private static ByteBuffer hash(List<PromptFile> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (PromptFile file : files) {
        update(digest, file.getName());
        update(digest, file.getText());
      }
      return ByteBuffer.wrap(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void update(MessageDigest digest, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }
}
