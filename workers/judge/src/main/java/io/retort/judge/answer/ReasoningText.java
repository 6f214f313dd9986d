package io.retort.judge.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reasoning of a model before its answer. Chat templates often add the opening tag to the
 * prompt, so that an answer may hold the closing tag alone; the last closing tag ends the
 * reasoning.
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

  /** The text after the last closing tag; all of it if there is none. */
  static String removeFrom(String content) {
    if (!mayHoldTag(content)) {
      return content;
    }
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

  /** Whether a line begins with an opening tag. */
  static boolean opensIn(String text) {
    return mayHoldTag(text) && OPENING.matcher(text).find();
  }

  /** Every tag begins with one of three characters; most answers hold none of them. */
  private static boolean mayHoldTag(String text) {
    return text.indexOf('<') >= 0 || text.indexOf('[') >= 0 || text.indexOf('\u25C1') >= 0;
  }

  private ReasoningText() {}
}
