package io.retort.answers;

import java.util.Optional;

/** Finds mathematical answers in texts, and compares them in cases beyond doubt. */
final class MathAnswer {
  /** A longer line is not considered an answer. */
  private static final int LONGEST = 512;

  /**
   * The candidate for the final answer of a text.
   *
   * @param stated whether the text states the answer; otherwise the candidate is the whole text,
   *     which is an answer only if it is correct
   */
  record Candidate(String answer, boolean stated) {}

  static Optional<Candidate> find(String gold, String text) {
    if (ChoiceAnswer.isLetter(gold)) {
      Optional<String> letter = ChoiceAnswer.find(text);
      if (letter.isPresent()) {
        return letter.map(found -> new Candidate(found, true));
      }
    }
    Optional<String> stated =
        TextValues.isNumber(gold)
            ? StatedAnswer.findNumber(text)
            : StatedAnswer.find(text).or(() -> TextValues.concludedFormula(text));
    return stated.map(answer -> new Candidate(answer, true)).or(() -> whole(gold, text));
  }

  /** Whether both are equal; empty if the trainer has to decide. */
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
