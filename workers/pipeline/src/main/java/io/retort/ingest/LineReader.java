package io.retort.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Lines of bytes, of which at most a limit is held in memory. */
final class LineReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream input;
  private final int limit;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int start;
  private int end;
  private long number;

  LineReader(InputStream input, int limit) {
    this.input = input;
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
    if (start == end && !fill()) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    long length = 0;
    do {
      int lineEnd = start;
      while (lineEnd < end && buffer[lineEnd] != '\n') {
        lineEnd++;
      }
      int kept = (int) Math.min(lineEnd - start, Math.max(0, limit - length));
      bytes.write(buffer, start, kept);
      length += lineEnd - start;
      start = lineEnd;
      if (start < end) {
        start++;
        break;
      }
    } while (fill());
    number++;
    return new Line(number, bytes.toByteArray(), length);
  }

  private boolean fill() throws IOException {
    start = 0;
    end = Math.max(0, input.read(buffer));
    return end > 0;
  }

  @Override
  public void close() throws IOException {
    input.close();
  }
}
