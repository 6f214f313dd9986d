package io.retort.judge.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reasoning of a model before its answer. Chat templates often add the opening tag to the
 * prompt, so that an answer may hold the closing tag alone; the last closing tag ends the
 * reasoning.
 */
final class ReasoningText {
  private static final String THOUGHT = "think(?:ing)?|thoughts?|reasoning";
  private static final String WORD = "(?:" + THOUGHT + "|reflection|analysis|scratchpad)";
  private static final String TAG =
      "(?:\\w{1,20}:)?(?:(?:[a-z]{1,8}_){0,2}(?:" + THOUGHT + ")|reflection|analysis|scratchpad)";
  private static final String BRACKETED = "(?:THINK(?:ING)?|REASONING)]";
  private static final Pattern CLOSING =
      Pattern.compile(
          "</\\s*+"
              + TAG
              + "\\s*+>|\\[/"
              + BRACKETED
              + "|\u25C1/think\u25B7|<\\|(?:/|/?end_(?:of_)?)"
              + WORD
              + "\\|>|<\\|"
              + WORD
              + "_end\\|>|<\\|(?:start_response|begin_of_solution)\\|>|<channel\\|>"
              + "|<\\|channel\\|>\\s*+final\\b[^<]*+(?:<\\|constrain\\|>[^<]*+)?<\\|message\\|>",
          Pattern.CASE_INSENSITIVE);
  private static final String OPENING =
      "(?:<\\s*+"
          + TAG
          + "\\s*+>|<"
          + TAG
          + "\\s[^<>=]{1,40}=[^<>]{0,200}>|\\["
          + BRACKETED
          + "|\u25C1think\u25B7|<\\|(?:(?:start|begin)_(?:of_)?)?"
          + WORD
          + "\\|>|<\\|"
          + WORD
          + "_start\\|>|<\\|channel>"
          + "|<\\|channel\\|>\\s*+(?:analysis|commentary)\\b)";
  private static final Pattern ANYWHERE = Pattern.compile(OPENING, Pattern.CASE_INSENSITIVE);
  private static final Pattern AT_LINE =
      Pattern.compile("^\\h*+" + OPENING, Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  /**
   * The text after the last closing tag, without the {@linkplain TurnTokens tokens} at its end; all
   * of it if there is none of them.
   */
  static String removeFrom(String content) {
    int from = 0;
    if (mayHoldTag(content)) {
      Matcher closing = CLOSING.matcher(content);
      while (closing.find()) {
        from = closing.end();
      }
    }
    return TurnTokens.stripEnd(from == 0 ? content : content.substring(from));
  }

  /** Whether a line begins with an opening tag. */
  static boolean opensIn(String text) {
    return mayHoldTag(text) && AT_LINE.matcher(text).find();
  }

  /** Whether there is an opening tag. */
  static boolean opensAnywhereIn(String text) {
    return mayHoldTag(text) && ANYWHERE.matcher(text).find();
  }

  /** Every tag begins with one of three characters; most answers hold none of them. */
  private static boolean mayHoldTag(String text) {
    return text.indexOf('<') >= 0 || text.indexOf('[') >= 0 || text.indexOf('\u25C1') >= 0;
  }

  private ReasoningText() {}
}
