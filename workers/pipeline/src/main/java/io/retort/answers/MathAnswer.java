package io.retort.answers;

import java.util.Optional;

/** Mathematical answers: which one a text gives, and what is beyond doubt of it. */
final class MathAnswer {
  /** A longer line is no answer. */
  private static final int LONGEST = 512;

  /**
   * The candidate for the final answer of a text.
   *
   * @param stated the text says so; otherwise it is the whole text, and no answer unless it is
   *     right
   */
  record Candidate(String answer, boolean stated) {}

  static Optional<Candidate> find(String gold, String text) {
    if (ChoiceAnswer.isLetter(gold)) {
      Optional<String> letter = ChoiceAnswer.find(text);
      if (letter.isPresent()) {
        return letter.map(found -> new Candidate(found, true));
      }
    }
    Optional<String> stated = StatedAnswer.find(text);
    if (stated.isEmpty() && StatedAnswer.isNumber(gold)) {
      stated = StatedAnswer.lastNumber(text);
    }
    return stated.map(answer -> new Candidate(answer, true)).or(() -> whole(gold, text));
  }

  /** Whether both are the same; empty where the trainer has to decide. */
  static Optional<Boolean> decide(String gold, String answer) {
    Optional<Boolean> same = PlainAnswers.equal(gold.strip(), answer.strip());
    if (same.isPresent() || !ChoiceAnswer.isLetter(gold)) {
      return same;
    }
    return ChoiceAnswer.letter(answer)
        .map(letter -> Optional.of(letter).equals(ChoiceAnswer.letter(gold)));
  }

  private static Optional<Candidate> whole(String gold, String text) {
    String line = Quotations.removed(Thoughts.conclusion(text)).strip();
    boolean may = !line.isEmpty() && line.length() <= LONGEST && line.indexOf('\n') < 0;
    return may && (Statements.isValue(line) || decide(gold, line).orElse(false))
        ? Optional.of(new Candidate(line, false))
        : Optional.empty();
  }

  private MathAnswer() {}
}
