package io.retort.judge.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tokens of chat templates that end a turn. Endpoints return them as text when a template and
 * its stop tokens do not match; what follows them is another turn, which the model made up.
 */
final class TurnTokens {
  private static final String NAMES =
      "return|im_end|eo[mt]_id|end_response|user|observation"
          + "|end(?:[_\u2581]?of[_\u2581]?(?:text|turn|turn_token|sentence|solution))?";
  private static final Pattern END =
      Pattern.compile(
          "<[|\uFF5C](?:"
              + NAMES
              + ")[|\uFF5C]>|<end_of_turn>|<turn\\|>|\\[\\|endofturn\\|]|\\[e~\\[",
          Pattern.CASE_INSENSITIVE);
  // Within a text, these may be its own.
  private static final Pattern LAST =
      Pattern.compile(END + "|</s>|<eos>", Pattern.CASE_INSENSITIVE);
  private static final int LONGEST = 24;

  /** The text before the first token that ends a turn; all of it if there is none. */
  static String cut(String text) {
    if (!Marks.mayBeIn(text)) {
      return text;
    }
    Matcher end = END.matcher(text);
    return stripEnd(Marks.find(end, text, 0) ? text.substring(0, end.start()) : text);
  }

  /** The text without tokens and blanks at its end; all of it if it ends in no token. */
  static String stripEnd(String text) {
    int end = text.length();
    while (true) {
      int last = skipBlanks(text, end);
      int start = last == 0 ? -1 : tokenStart(text, last);
      if (start < 0) {
        return end == text.length() ? text : text.substring(0, last);
      }
      end = start;
    }
  }

  private static int skipBlanks(String text, int end) {
    int last = end;
    while (last > 0 && Character.isWhitespace(text.charAt(last - 1))) {
      last--;
    }
    return last;
  }

  /** Start of the token that ends at {@code end}, -1 if there is none. */
  private static int tokenStart(String text, int end) {
    char last = text.charAt(end - 1);
    if (last != '>' && last != ']' && last != '[') {
      return -1;
    }
    char opening = last == '>' ? '<' : '[';
    int start = text.lastIndexOf(opening, end - 2);
    return start >= 0 && end - start <= LONGEST && LAST.matcher(text).region(start, end).matches()
        ? start
        : -1;
  }

  private TurnTokens() {}
}
