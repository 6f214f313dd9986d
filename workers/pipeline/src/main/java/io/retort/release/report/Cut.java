package io.retort.release.report;

/** Long texts cut to what a page can hold; what is left out is told. Surrogates stay together. */
final class Cut {
  /** The beginning of a text. */
  static String end(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = before(text, longest);
    return text.substring(0, end) + " … (" + (text.length() - end) + " characters more)";
  }

  /** Beginning and end of a text, whose answer is mostly at its end. */
  static String middle(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = before(text, longest / 2);
    int start = before(text, text.length() - longest / 2);
    return text.substring(0, end)
        + "\n\n… ("
        + (start - end)
        + " characters left out) …\n\n"
        + text.substring(start);
  }

  private static int before(String text, int index) {
    return Character.isHighSurrogate(text.charAt(index - 1)) ? index - 1 : index;
  }

  private Cut() {}
}
