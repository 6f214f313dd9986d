package io.retort.answers;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;

/** The final answer that a text states explicitly: its last conclusion. */
public final class StatedAnswer {
  /**
   * The last answer that the text states: in a box, a tag, a {@code #### ...} line or a sentence
   * like "the answer is ...", up to the end of that sentence, or a later correction of it. Empty if
   * the text states no answer, or only in a thought or a quotation.
   */
  public static Optional<String> find(String text) {
    return Statements.finalStatement(Statements.of(text)).map(Statement::answer);
  }

  /** The content of the last well-formed {@code \boxed{...}} with balanced braces. */
  public static Optional<String> lastBoxed(String text) {
    Matcher matcher = StatementPatterns.BOXED.matcher(text);
    String last = "";
    while (matcher.find()) {
      int start = matcher.end() + 1;
      int end = text.startsWith("{", start - 1) ? Statements.closingBrace(text, start) : -1;
      last = end > start ? text.substring(start, end).strip() : last;
    }
    return Optional.of(last).filter(content -> !content.isEmpty());
  }

  /** The text after the last "the answer is", to the end of its line. */
  static Optional<String> wholeSentence(String text) {
    List<MatchResult> all = Statements.results(StatementPatterns.SENTENCE, text);
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(Statements.firstGroup(all.get(all.size() - 1)).strip());
  }

  /**
   * The last number of a text that states no answer; for a last line, the number that it concludes.
   * "3 or 5" is two numbers and is returned as text.
   */
  static Optional<String> lastNumber(String text) {
    String own = Quotations.removed(Thoughts.conclusion(text));
    List<String> lines = own.lines().filter(line -> !line.isBlank()).toList();
    if (!lines.isEmpty()) {
      List<MatchResult> concluded =
          Statements.results(StatementPatterns.THEREFORE, lines.get(lines.size() - 1));
      if (!concluded.isEmpty()) {
        String statement = concluded.get(concluded.size() - 1).group(1);
        Optional<String> number = lastNumberIn(Statements.sentence(statement));
        if (number.isPresent()) {
          return number;
        }
      }
    }
    return lastNumberIn(own);
  }

  /** Whether an answer is a single number, as texts may end with. */
  static boolean isNumber(String answer) {
    return StatementPatterns.ONE_NUMBER.matcher(answer.replace("$", "").strip()).matches();
  }

  private static Optional<String> lastNumberIn(String text) {
    List<MatchResult> numbers = Statements.results(StatementPatterns.LAST_NUMBER, text);
    return numbers.isEmpty()
        ? Optional.empty()
        : Optional.of(numbers.get(numbers.size() - 1).group().replace("$", "").strip());
  }

  private StatedAnswer() {}
}
