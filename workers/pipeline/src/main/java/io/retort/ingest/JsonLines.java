package io.retort.ingest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Rows that are lines. Blank lines are not rows, but count as lines. */
final class JsonLines implements RowReader {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream input;
  private final int longestBytes;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int start;
  private int end;
  private long number;

  /**
   * @param longestBytes maximum size of a row; only the beginning of a longer row is kept
   */
  JsonLines(InputStream input, int longestBytes) {
    this.input = input;
    this.longestBytes = longestBytes;
  }

  @Override
  public @Nullable RawRow next() throws IOException {
    while (start < end || fill()) {
      ByteArrayOutputStream line = new ByteArrayOutputStream(512);
      long length = readLine(line);
      number++;
      byte[] bytes = line.toByteArray();
      if (length > bytes.length || !isBlank(bytes)) {
        return RawRow.of(number, bytes, length, longestBytes);
      }
    }
    return null;
  }

  /** Reads to the end of the line and returns its length; keeps at most a row's limit. */
  private long readLine(ByteArrayOutputStream line) throws IOException {
    long length = 0;
    do {
      int lineEnd = start;
      while (lineEnd < end && buffer[lineEnd] != '\n') {
        lineEnd++;
      }
      int kept = (int) Math.min(lineEnd - start, Math.max(0, longestBytes - length));
      line.write(buffer, start, kept);
      length += lineEnd - start;
      start = lineEnd;
      if (start < end) {
        start++;
        return length;
      }
    } while (fill());
    return length;
  }

  private static boolean isBlank(byte[] bytes) {
    for (byte value : bytes) {
      if (value != ' ' && value != '\t' && value != '\r') {
        return false;
      }
    }
    return true;
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
