package io.retort.judge.answer;

import java.util.regex.Matcher;

/**
 * Finds tags and tokens, each of which begins with one of three characters. Most answers hold none
 * of these; in the others, {@link Matcher#find} would try every form at every character.
 */
final class Marks {
  /** Whether {@code text} may hold a mark. */
  static boolean mayBeIn(String text) {
    return text.indexOf('<') >= 0 || text.indexOf('[') >= 0 || text.indexOf('\u25C1') >= 0;
  }

  /** Whether {@code mark}, a matcher of {@code text}, matches at or after {@code from}. */
  static boolean find(Matcher mark, String text, int from) {
    for (int index = from; index < text.length(); index++) {
      char character = text.charAt(index);
      if ((character == '<' || character == '[' || character == '\u25C1')
          && mark.region(index, text.length()).lookingAt()) {
        return true;
      }
    }
    return false;
  }

  private Marks() {}
}
