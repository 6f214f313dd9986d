package io.retort.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that may contain unpaired surrogates as code points, as Python pickles its strings (error
 * handler {@code surrogatepass}).
 */
final class SurrogateUtf8 {
  /**
   * @throws RefusedRowException for other bytes
   */
  static String decode(byte[] bytes, int offset, int length) throws RefusedRowException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      return decodeSurrogates(bytes, offset, offset + length);
    }
  }

  private static String decodeSurrogates(byte[] bytes, int offset, int end)
      throws RefusedRowException {
    StringBuilder text = new StringBuilder(end - offset);
    int index = offset;
    while (index < end) {
      int first = Byte.toUnsignedInt(bytes[index]);
      int following = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      int codePoint = following == 0 ? first : first & (0x3f >> following);
      boolean noFirst = (first >= 0x80 && first < 0xc2) || first > 0xf4;
      if (noFirst || index + following >= end) {
        throw refused(index - offset);
      }
      for (int next = index + 1; next <= index + following; next++) {
        if ((bytes[next] & 0xc0) != 0x80) {
          throw refused(index - offset);
        }
        codePoint = (codePoint << 6) | (bytes[next] & 0x3f);
      }
      boolean overlong =
          (following == 2 && codePoint < 0x800) || (following == 3 && codePoint < 0x10000);
      if (overlong || codePoint > Character.MAX_CODE_POINT) {
        throw refused(index - offset);
      }
      text.appendCodePoint(codePoint);
      index += following + 1;
    }
    return text.toString();
  }

  private static RefusedRowException refused(int position) {
    return new RefusedRowException(
        QuarantineReason.BAD_TESTS, "not UTF-8 at byte " + position + " (expected: UTF-8)");
  }

  private SurrogateUtf8() {}
}
