package io.retort.judge.answer;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * The backslashes in the strings of a JSON answer. Models write LaTeX without doubling them, so
 * that {@code \frac} would be read as a form feed and "rac".
 */
final class Escapes {
  // A model that doubles one backslash before a letter means single ones as escapes.
  private static final Pattern DOUBLED = Pattern.compile("\\\\\\\\[A-Za-z]");
  private static final Set<String> COMMANDS =
      Set.of(
          "nabla",
          "natural",
          "ncong",
          "nearrow",
          "neg",
          "neq",
          "newline",
          "nexists",
          "ngeq",
          "nleq",
          "nmid",
          "nonumber",
          "not",
          "notag",
          "notin",
          "nparallel",
          "nsubseteq",
          "nwarrow",
          "tan",
          "tanh",
          "tau",
          "tag",
          "tbinom",
          "text",
          "textbf",
          "textit",
          "textrm",
          "textstyle",
          "tfrac",
          "therefore",
          "theta",
          "tilde",
          "times",
          "tiny",
          "to",
          "top",
          "triangle",
          "triangleq");
  // Commonly both a line break with a variable and a command.
  private static final Set<String> AMBIGUOUS = Set.of("ne", "ni", "nu");

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
          case 'n', 't' -> doubled || !isCommand(index + 1);
          case 'r' -> doubled || !isLetter(index + 2);
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

  private boolean isCommand(int from) throws UnusableAnswerException {
    int to = from;
    while (isLetter(to)) {
      to++;
    }
    String word = text.substring(from, to);
    if (AMBIGUOUS.contains(word)) {
      throw JsonAnswer.unparsed(
          text,
          "one JSON object with each backslash doubled; ambiguous: \\"
              + word
              + ", a line break or LaTeX");
    }
    return COMMANDS.contains(word);
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
