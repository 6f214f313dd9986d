package io.retort.answers;

import java.util.List;

/**
 * Which expressions of {@link StatementPatterns} can match a text. Most steps of most chains state
 * no answer, and a search for a word is much cheaper than an expression with a look-behind at every
 * character.
 */
record StatementHints(boolean box, boolean tag, boolean hashes, boolean sentence) {
  /** The ASCII words of the expressions. */
  private static final List<String> ANSWER_WORDS =
      List.of("ans", "antwort", "respuesta", "risposta", "resposta", "antwoord");

  static StatementHints of(String text) {
    return new StatementHints(
        text.indexOf('\\') >= 0,
        text.indexOf("</") >= 0,
        text.contains("####"),
        mayHoldAnswerWord(text));
  }

  /** Characters beyond ASCII may be a word in another script, or fold to an ASCII letter. */
  private static boolean mayHoldAnswerWord(String text) {
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      if (character >= 0x80) {
        return true;
      }
      // Converts to lower case in ASCII.
      int letter = character | 0x20;
      if ((letter == 'a' || letter == 'r') && startsAnswerWord(text, index)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsAnswerWord(String text, int index) {
    for (String word : ANSWER_WORDS) {
      if (text.regionMatches(true, index, word, 0, word.length())) {
        return true;
      }
    }
    return false;
  }
}
