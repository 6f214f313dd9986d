package io.retort.judge.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model thought before it answered. Chat templates often write the opening mark themselves,
 * so that an answer may hold the closing one alone: it is the last closing mark that counts.
 */
final class ReasoningText {
  private static final String NAMES = "(?:\\w+:)?(?:think|thinking|thought|thoughts|reasoning)";
  private static final Pattern CLOSING =
      Pattern.compile(
          "</\\s*"
              + NAMES
              + "\\s*>|\\[/THINK]|\u25C1/think\u25B7|<\\|/?end_of_thought\\|>|<\\|/think\\|>"
              + "|<\\|think_end\\|>|<channel\\|>"
              + "|<\\|channel\\|>\\s*final\\b[^<]*(?:<\\|constrain\\|>[^<]*)?<\\|message\\|>",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern OPENING =
      Pattern.compile(
          "^\\s*(?:<\\s*"
              + NAMES
              + "\\s*>|\\[THINK]|\u25C1think\u25B7|<\\|begin_of_thought\\|>|<\\|think\\|>"
              + "|<\\|think_start\\|>|<\\|channel>"
              + "|<\\|channel\\|>\\s*(?:analysis|commentary)\\b)",
          Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
  private static final Pattern END_OF_TURN =
      Pattern.compile("(?:<\\|(?:return|end|im_end|eot_id|endoftext)\\|>|</s>|\\s)+\\z");

  /** What stands behind the last closing mark, all of it when there is none. */
  static String without(String content) {
    int from = 0;
    Matcher closing = CLOSING.matcher(content);
    while (closing.find()) {
      from = closing.end();
    }
    if (from == 0) {
      return content;
    }
    return END_OF_TURN.matcher(content.substring(from)).replaceFirst("");
  }

  /** Whether a line begins with the mark of a thought. */
  static boolean opensIn(String text) {
    return OPENING.matcher(text).find();
  }

  private ReasoningText() {}
}
