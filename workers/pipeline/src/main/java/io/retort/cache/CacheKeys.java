package io.retort.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.judge.client.JudgeMethod;
import io.retort.store.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** Hashes of all that decides an answer, and of nothing else. */
final class CacheKeys {
  static final int BYTES = 32;

  /**
   * Method, model versions, prompt version, sampling parameters, seed and input; neither the row
   * nor the run, nor the name that the endpoint happens to have.
   */
  static <Q extends Message> ByteString of(
      JudgeMethod<Q, ?> method, List<String> modelVersions, String promptVersion, Q request) {
    MessageDigest digest = Hashes.sha256();
    update(digest, method.name().getBytes(StandardCharsets.UTF_8));
    update(digest, promptVersion.getBytes(StandardCharsets.UTF_8));
    for (String model : modelVersions) {
      update(digest, model.getBytes(StandardCharsets.UTF_8));
    }
    Q content =
        method
            .withContext()
            .apply(
                request,
                method.context().apply(request).toBuilder()
                    .clearEndpoint()
                    .clearPrompts()
                    .clearRow()
                    .build());
    update(digest, content.toByteArray());
    return ByteString.copyFrom(digest.digest());
  }

  /** The part of a key that the index holds. */
  static long prefix(ByteString key) {
    return key.asReadOnlyByteBuffer().getLong(0);
  }

  static long prefix(byte[] keys, int index) {
    return ByteBuffer.wrap(keys).getLong(index * BYTES);
  }

  private static void update(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    digest.update(part);
  }

  private CacheKeys() {}
}
