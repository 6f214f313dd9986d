package io.retort.judge;

import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Seeds of model calls: a function of the request (which contains the run's seed), the prompt and
 * the index of the sample, so that equal requests make equal model calls.
 */
final class CallSeed {
  /** From 0 to 2^31 - 1, which every endpoint accepts. */
  static long of(MessageLite request, String promptVersion, int index) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(request.toByteArray());
      digest.update(promptVersion.getBytes(StandardCharsets.UTF_8));
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(index).array());
      return ByteBuffer.wrap(digest.digest()).getInt() & Integer.MAX_VALUE;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private CallSeed() {}
}
