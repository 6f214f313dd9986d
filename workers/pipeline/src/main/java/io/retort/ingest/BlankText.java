package io.retort.ingest;

/** Text that shows nothing: blanks of any kind, and characters without a glyph. */
final class BlankText {
  /** Characters of other categories that are drawn as nothing. */
  private static final String FILLERS = "\u115f\u1160\u3164\uffa0\u2800";

  static boolean isBlank(String text) {
    for (int index = 0; index < text.length(); ) {
      int character = text.codePointAt(index);
      if (isVisible(character)) {
        return false;
      }
      index += Character.charCount(character);
    }
    return true;
  }

  private static boolean isVisible(int character) {
    if (character > ' ' && character < 0x7f) {
      return true;
    }
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SPACE_SEPARATOR,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK ->
          false;
      default -> FILLERS.indexOf(character) < 0;
    };
  }

  private BlankText() {}
}
