package io.retort.judge.answer;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * The backslashes in the strings of a JSON answer. Models write LaTeX without doubling them, so
 * that {@code \frac} would be read as a form feed and "rac".
 */
final class Escapes {
  // A model that doubles one backslash before a letter means the single ones as escapes, or forgot
  // to double them.
  private static final Pattern DOUBLED = Pattern.compile("\\\\\\\\[A-Za-z]");
  private static final Pattern COMMAND =
      Pattern.compile(
          "n(?:abla|atural|cong|earrow|eg|eq|equiv|ewline|exists|oindent|olimits|onumber|orm|ot|otag"
              + "|otin|warrow|[gl]eq(?:q|slant)?|gtr|mid|parallel|shortmid|shortparallel|sim"
              + "|(?:prec|succ)(?:eq)?|su[bp]seteqq?|triangle(?:left|right)(?:eq)?"
              + "|[lL]eft(?:right)?arrow|[rR]ightarrow|[vV][dD]ash)"
              + "|t(?:an|anh|au|ag|binom|ext[a-zA-Z]*|frac|herefore|heta|hinspace"
              + "|hick(?:space|sim|approx)|ilde|imes|iny|o|op|riangle[a-z]*|wohead[a-z]*)");
  // Commonly both a line break with a variable and a command.
  private static final Set<String> AMBIGUOUS = Set.of("ne", "ni", "nu", "nless");

  private final String text;
  private final boolean doubled;

  Escapes(String text) {
    this.text = text;
    doubled = text.contains("\\\\") && DOUBLED.matcher(text).find();
  }

  /**
   * Copies the escape or LaTeX command at the backslash at {@code index}.
   *
   * @return index at which to continue
   * @throws UnusableAnswerException when it is ambiguous
   */
  int copy(int index, StringBuilder json) throws UnusableAnswerException {
    char next = index + 1 < text.length() ? text.charAt(index + 1) : ' ';
    boolean escape =
        switch (next) {
          case '"', '\\', '/' -> true;
          case 'u' -> isHex(index + 2);
          case 'n', 't', 'r' -> !isCommand(index + 1);
          // Backspaces and form feeds do not occur in answers.
          default -> false;
        };
    if (escape) {
      json.append('\\').append(next);
      return index + 2;
    }
    if (next == '\'') {
      json.append(next);
      return index + 2;
    }
    json.append("\\\\");
    return index + 1;
  }

  /** Whether a LaTeX command begins at {@code from}, rather than a line break or a tab. */
  private boolean isCommand(int from) throws UnusableAnswerException {
    int to = from;
    while (isLetter(to)) {
      to++;
    }
    if (to == from + 1) {
      return false;
    }
    String word = text.substring(from, to);
    boolean either = AMBIGUOUS.contains(word);
    // A carriage return stands before a line break only.
    boolean command = word.charAt(0) == 'r' || COMMAND.matcher(word).matches();
    if (doubled ? command : either) {
      throw JsonAnswer.unparsed(
          text,
          "one JSON object with each backslash doubled; ambiguous: \\"
              + word
              + ", a line break (tab) or LaTeX");
    }
    return command;
  }

  private boolean isLetter(int index) {
    if (index >= text.length()) {
      return false;
    }
    char character = text.charAt(index);
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
  }

  private boolean isHex(int from) {
    if (from + 4 > text.length()) {
      return false;
    }
    return text.substring(from, from + 4)
        .chars()
        .allMatch(digit -> Character.digit(digit, 16) >= 0);
  }
}
