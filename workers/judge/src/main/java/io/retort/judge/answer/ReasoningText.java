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
  private static final Pattern OPENING =
      Pattern.compile(
          "<\\s*+"
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
              + "|<\\|channel\\|>\\s*+(?:analysis|commentary)\\b",
          Pattern.CASE_INSENSITIVE);

  /**
   * The text after the last closing tag, without the {@linkplain TurnTokens tokens} at its end; all
   * of it if there is none of them.
   */
  static String removeFrom(String content) {
    int from = 0;
    if (Marks.mayBeIn(content)) {
      Matcher closing = CLOSING.matcher(content);
      while (Marks.find(closing, content, from)) {
        from = closing.end();
      }
    }
    return TurnTokens.stripEnd(from == 0 ? content : content.substring(from));
  }

  /** Whether a line begins with an opening tag. */
  static boolean opensIn(String text) {
    if (!Marks.mayBeIn(text)) {
      return false;
    }
    Matcher opening = OPENING.matcher(text);
    int from = 0;
    while (Marks.find(opening, text, from)) {
      if (beginsLine(text, opening.start())) {
        return true;
      }
      from = opening.end();
    }
    return false;
  }

  /** Whether there is an opening tag. */
  static boolean opensAnywhereIn(String text) {
    return Marks.mayBeIn(text) && Marks.find(OPENING.matcher(text), text, 0);
  }

  private static boolean beginsLine(String text, int start) {
    int index = start - 1;
    while (index >= 0 && text.charAt(index) != '\n' && Character.isWhitespace(text.charAt(index))) {
      index--;
    }
    return index < 0 || text.charAt(index) == '\n';
  }

  private ReasoningText() {}
}
