package io.retort.answers;

import java.util.Optional;
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

  /**
   * The answer of a text where the gold answer is a number: the one that it states, the number in a
   * sentence that it states, or else its last number.
   */
  static Optional<String> findNumber(String text) {
    Optional<Statement> stated = Statements.finalStatement(Statements.of(text));
    if (stated.isEmpty()) {
      return TextValues.lastNumber(text);
    }
    String answer = stated.get().answer();
    return stated.get().marked() || Statements.isValue(answer)
        ? Optional.of(answer)
        : TextValues.onlyNumber(answer).or(() -> Optional.of(answer));
  }

  private StatedAnswer() {}
}
