package io.retort.answers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Markers around thoughts, in the formats of different models. */
final class Thoughts {
  private static final String NAMES =
      "(?:[a-z]{1,10}:)?(?:think|thinking|thought|thoughts|reasoning|reflection|analysis|scratchpad)";
  static final String FINAL_CHANNEL =
      "<\\|channel\\|>\\s{0,2}final\\s{0,2}(?:<\\|[a-z]{1,12}\\|>[a-z ]{0,12}){0,2}<\\|message\\|>|<channel\\|>";
  private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;

  private static final Pattern END =
      Pattern.compile(
          "</"
              + NAMES
              + ">|\\[/(?:THINK|THINKING|REASONING)\\]|<\\|(?:end_of_thought|/think|end_thinking)\\|>"
              + "|\u25c1/think\u25b7|"
              + FINAL_CHANNEL,
          FLAGS);
  private static final Pattern MARKER =
      Pattern.compile(
          "</?"
              + NAMES
              + ">|\\[/?(?:THINK|THINKING|REASONING)\\]|<\\|(?:begin|end)_of_(?:thought|solution)\\|>"
              + "|<\\|/?(?:start_|end_)?think(?:ing)?\\|>|\u25c1/?think\u25b7|"
              + FINAL_CHANNEL,
          FLAGS);

  /** Non-breaking blanks count as blanks in both languages. */
  private static final Pattern FIXED_BLANK = Pattern.compile("[\u00a0\u2007\u202f]");

  /** Maximum number of trailing characters of a text that are searched for the final answer. */
  private static final int SEARCHED_CHARACTERS = 65_536;

  /**
   * The text after the last end marker of a thought, or the whole text if there is none; at most
   * its last {@value #SEARCHED_CHARACTERS} characters.
   */
  static String conclusion(String text) {
    int end = 0;
    if (mayHoldMarker(text)) {
      Matcher matcher = END.matcher(text);
      while (matcher.find()) {
        end = matcher.end();
      }
    }
    return FIXED_BLANK
        .matcher(text.substring(Math.max(end, text.length() - SEARCHED_CHARACTERS)))
        .replaceAll(" ");
  }

  /** The whole chain without thought markers. */
  static String withoutMarks(String chain) {
    return mayHoldMarker(chain) ? MARKER.matcher(chain).replaceAll("") : chain;
  }

  private static boolean mayHoldMarker(String text) {
    return text.indexOf('<') >= 0 || text.indexOf('[') >= 0 || text.indexOf('\u25c1') >= 0;
  }

  private Thoughts() {}
}
