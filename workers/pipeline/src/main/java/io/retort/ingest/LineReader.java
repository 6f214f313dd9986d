package io.retort.ingest;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of bytes, of which at most a limit is held in memory. */
final class LineReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream input;
  private final int limit;
  private long number;

  LineReader(InputStream input, int limit) {
    this.input = new BufferedInputStream(input, BUFFER_BYTES);
    this.limit = limit;
  }

  /** One line without its line feed; of one that is too long, only its beginning. */
  static final class Line {
    private final long number;
    private final byte[] bytes;
    private final long length;

    private Line(long number, byte[] bytes, long length) {
      this.number = number;
      this.bytes = bytes;
      this.length = length;
    }

    /** 1-based. */
    long number() {
      return number;
    }

    byte[] bytes() {
      return bytes;
    }

    /** In bytes, of the whole line. */
    long length() {
      return length;
    }

    boolean isTooLong() {
      return length > bytes.length;
    }

    boolean isBlank() {
      for (byte value : bytes) {
        if (value != ' ' && value != '\t' && value != '\r') {
          return false;
        }
      }
      return !isTooLong();
    }
  }

  /** The next line, null at the end. */
  @Nullable Line next() throws IOException {
    int value = input.read();
    if (value < 0) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    long length = 0;
    for (; value >= 0 && value != '\n'; value = input.read()) {
      if (length++ < limit) {
        bytes.write(value);
      }
    }
    number++;
    return new Line(number, bytes.toByteArray(), length);
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
