package io.retort.cache;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.judge.client.JudgeMethod;
import io.retort.store.Hashes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** Hashes of exactly what determines an answer. */
final class CacheKeys {
  static final int BYTES = 32;

  /**
   * Hash of method, model versions, prompt version, sampling parameters, seed and input;
   * independent of the row, the run and the endpoint's name.
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

  /** The part of a key that the index contains. */
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
