package io.retort.ingest;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decompresses untrusted zlib data. */
final class Inflated {
  private static final int FIRST_BYTES = 1 << 16;

  /**
   * The content of one zlib stream, from position 0 to the limit.
   *
   * @param mostBytes maximum size of the content
   * @throws RefusedRowException for a stream that is damaged, truncated, followed by other data, or
   *     larger
   */
  static ByteBuffer of(byte[] compressed, int mostBytes) throws RefusedRowException {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(compressed);
      byte[] content = new byte[Math.min(FIRST_BYTES, mostBytes)];
      int length = 0;
      while (!inflater.finished()) {
        if (length == content.length && length < mostBytes) {
          content = Arrays.copyOf(content, (int) Math.min(2L * length, mostBytes));
        }
        if (length == mostBytes) {
          // At this point only the end of the stream is allowed.
          if (inflater.inflate(new byte[1]) > 0) {
            throw refused(
                "more than " + mostBytes + " bytes of tests",
                "at most as many; they may"
                    + " have an eighth of the worker's memory, so start it with a larger -Xmx");
          }
        } else {
          length += inflater.inflate(content, length, content.length - length);
        }
        if (!inflater.finished() && (inflater.needsInput() || inflater.needsDictionary())) {
          throw refused("cut zlib data", "a whole stream without a dictionary");
        }
      }
      if (inflater.getRemaining() > 0) {
        throw refused(inflater.getRemaining() + " bytes after the zlib data", "none");
      }
      return ByteBuffer.wrap(content, 0, length);
    } catch (DataFormatException e) {
      throw refused("no zlib data: " + e.getMessage(), "zlib data");
    } finally {
      inflater.end();
    }
  }

  private static RefusedRowException refused(String what, String expected) {
    return new RefusedRowException(
        QuarantineReason.BAD_TESTS, what + " (expected: " + expected + ")");
  }

  private Inflated() {}
}
