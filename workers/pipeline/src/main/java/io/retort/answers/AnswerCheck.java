package io.retort.answers;

/**
 * The result of comparing a text's final answer with the gold answer.
 *
 * @param answer the answer that the text concludes, empty if none was found
 * @param reason why the verdict is not CORRECT, for people; empty if it is CORRECT
 */
public record AnswerCheck(AnswerVerdict verdict, String answer, String reason) {
  static AnswerCheck correct(String answer) {
    return new AnswerCheck(AnswerVerdict.CORRECT, answer, "");
  }

  static AnswerCheck wrong(String answer, String gold) {
    return new AnswerCheck(
        AnswerVerdict.WRONG, answer, "final answer: " + answer + " (expected: " + gold + ")");
  }

  /** The result for code that fails its tests. */
  static AnswerCheck failed(String code, String reason) {
    return new AnswerCheck(AnswerVerdict.WRONG, code, "the code fails its tests: " + reason);
  }

  static AnswerCheck unknown(String reason) {
    return new AnswerCheck(AnswerVerdict.UNKNOWN, "", reason);
  }

  static AnswerCheck undecided(String answer, String reason) {
    return new AnswerCheck(AnswerVerdict.UNDECIDED, answer, "not decided: " + reason);
  }

  public boolean isCorrect() {
    return verdict == AnswerVerdict.CORRECT;
  }
}
