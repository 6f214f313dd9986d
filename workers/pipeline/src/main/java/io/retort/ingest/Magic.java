package io.retort.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Peeks at the beginning of a stream that supports mark, without consuming it. */
final class Magic {
  private static final int LONGEST_BLANK = 1 << 12;

  /**
   * @param magic bytes, each as a character
   */
  static boolean startsWith(InputStream input, String magic) throws IOException {
    input.mark(magic.length());
    byte[] first = input.readNBytes(magic.length());
    input.reset();
    return magic.equals(new String(first, StandardCharsets.ISO_8859_1));
  }

  /** The first non-blank byte; -1 if the first 4 KiB contain none. */
  static int firstNotBlank(InputStream input) throws IOException {
    input.mark(LONGEST_BLANK);
    int first = -1;
    for (int index = 0; index < LONGEST_BLANK && first < 0; index++) {
      int next = input.read();
      if (next < 0) {
        break;
      }
      first = next == ' ' || next == '\t' || next == '\r' || next == '\n' ? -1 : next;
    }
    input.reset();
    return first;
  }

  private Magic() {}
}
