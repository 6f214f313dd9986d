package io.retort.judge.prompt;

import java.text.Normalizer;

/** Characters that a model may read as another one. */
final class LookAlikes {
  private static final int FULL_WIDTH_TO_ASCII = 0xFEE0;

  /** The ASCII punctuation that {@code character} resembles, else {@code character} itself. */
  static int punctuation(int character) {
    if (character < 0x80) {
      return character;
    }
    if (character >= 0xFF01 && character <= 0xFF5E) {
      return character - FULL_WIDTH_TO_ASCII;
    }
    return switch (character) {
      case 0xAB, 0x2C2, 0x1438, 0x16B2, 0x2039, 0x2329, 0x276C, 0x276E, 0x27E8, 0x27EA, 0x29FC ->
          '<';
      case 0x3008, 0x300A, 0xFE3D, 0xFE3F, 0xFE64 -> '<';
      case 0xBB, 0x2C3, 0x1433, 0x203A, 0x232A, 0x276D, 0x276F, 0x27E9, 0x27EB, 0x29FD -> '>';
      case 0x3009, 0x300B, 0xFE3E, 0xFE40, 0xFE65 -> '>';
      case 0x2044, 0x2215, 0x2571, 0x27CB, 0x29F8, 0x2F03, 0x3033 -> '/';
      case 0x1C0, 0x2223, 0x23D0, 0x2502, 0x2758, 0xFFE8 -> '|';
      case 0x27E6, 0x3010, 0x3014, 0x301A -> '[';
      case 0x27E7, 0x3011, 0x3015, 0x301B -> ']';
      case 0x2017, 0x203F, 0x2581 -> '_';
      default -> character;
    };
  }

  /** As {@link #punctuation}, for letters and digits as well. */
  static int ascii(int character) {
    int folded = letter(punctuation(character));
    if (folded < 0x80) {
      return folded;
    }
    // Also removes diacritics.
    String plain = Normalizer.normalize(Character.toString(folded), Normalizer.Form.NFKD);
    int base = letter(plain.codePointAt(0));
    return base < 0x80 ? base : folded;
  }

  /** The letter of the block tag that {@code character} resembles. */
  private static int letter(int character) {
    return switch (character) {
      case 0x251, 0x391, 0x3B1, 0x410, 0x430, 0x1D00, 0x237A -> 'a';
      case 0x166, 0x167, 0x3A4, 0x3C4, 0x422, 0x442, 0x1D1B -> 't';
      case 0x110, 0x111, 0x501, 0x1D05 -> 'd';
      default -> character;
    };
  }

  /** Whether it has no glyph of its own: a control or format character or a combining one. */
  static boolean isInvisible(int character) {
    if (character < 0x80) {
      return (character < ' ' || character == 0x7F) && !Character.isWhitespace(character);
    }
    int type = Character.getType(character);
    return type == Character.FORMAT
        || type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || character == 0x115F
        || character == 0x1160
        || character == 0x2065
        || character == 0x2800
        || character == 0x3164
        || character == 0xFFA0
        || (character >= 0xFFF0 && character <= 0xFFF8)
        || (character >= 0xE0000 && character <= 0xE0FFF);
  }

  /** Whether it is white space, a control character or invisible. */
  static boolean isBlank(int character) {
    return Character.isWhitespace(character)
        || Character.isSpaceChar(character)
        || Character.isISOControl(character)
        || isInvisible(character);
  }

  private LookAlikes() {}
}
