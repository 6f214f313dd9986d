package io.retort.judge.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tags of the prompt's data blocks, as models copy them: in any case, quotes and spacing. */
final class BlockTags {
  private static final String OPENING_FORMS =
      "<data\\s{0,4}>|<\\s{0,4}data\\s{1,4}name\\s{0,4}=[^<>]{0,80}>";
  private static final String CLOSING_FORM = "<\\s{0,4}/\\s{0,4}data\\s{0,4}>";
  private static final Pattern OPENING = tag(OPENING_FORMS);
  private static final Pattern CLOSING = tag(CLOSING_FORM);
  private static final Pattern ANY = tag(OPENING_FORMS + "|" + CLOSING_FORM);
  private static final int LONGEST_CLOSING = 24;

  private static Pattern tag(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }

  /** {@code text} without the closing tag at its end and the opening one at its beginning. */
  static String removeAround(String text) {
    if (!text.endsWith(">")) {
      return text;
    }
    int end = text.lastIndexOf('<');
    if (end < 0
        || text.length() - end > LONGEST_CLOSING
        || !CLOSING.matcher(text).region(end, text.length()).matches()) {
      return text;
    }
    Matcher opening = OPENING.matcher(text).region(0, end);
    return text.substring(opening.lookingAt() ? opening.end() : 0, end).strip();
  }

  /** Whether there is a tag. */
  static boolean areIn(String text) {
    return text.indexOf('<') >= 0 && Marks.find(ANY.matcher(text), text, 0);
  }

  private BlockTags() {}
}
