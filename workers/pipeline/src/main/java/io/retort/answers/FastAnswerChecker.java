package io.retort.answers;

import io.retort.failure.Failures;
import io.retort.v1.AnswerKind;
import io.temporal.failure.ApplicationFailure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Decides cases beyond doubt: equal texts, plain numbers and multiple-choice letters. An answer
 * that has to be parsed is UNDECIDED, and code cannot be checked. Needs no other process.
 */
public final class FastAnswerChecker implements AnswerChecker {
  @Override
  public CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text) {
    return switch (gold.kind()) {
      case ANSWER_KIND_CODE -> CompletableFuture.failedFuture(noSandbox());
      case ANSWER_KIND_CHOICE, ANSWER_KIND_EXACT ->
          CompletableFuture.completedFuture(checkWords(gold, text));
      case ANSWER_KIND_MATH, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          MathAnswer.find(gold.answer(), text)
              .map(found -> compare(gold, found.answer()).thenApply(check -> of(found, check)))
              .orElseGet(() -> CompletableFuture.completedFuture(nothing()));
    };
  }

  @Override
  public CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer) {
    return decide(gold, answer)
        .map(CompletableFuture::completedFuture)
        .orElseGet(
            () ->
                gold.kind() == AnswerKind.ANSWER_KIND_CODE
                    ? CompletableFuture.failedFuture(noSandbox())
                    : CompletableFuture.completedFuture(
                        AnswerCheck.undecided(answer, "it has to be parsed by Python")));
  }

  @Override
  public CompletableFuture<Void> requireSandbox() {
    return CompletableFuture.failedFuture(noSandbox());
  }

  /** Checks an isolated answer; empty if it has to be parsed or run. */
  static Optional<AnswerCheck> decide(GoldAnswer gold, String answer) {
    return switch (gold.kind()) {
      case ANSWER_KIND_CHOICE -> Optional.of(ChoiceAnswer.compare(gold.answer(), answer));
      case ANSWER_KIND_EXACT -> Optional.of(ExactAnswer.compare(gold.answer(), answer));
      case ANSWER_KIND_CODE -> Optional.empty();
      case ANSWER_KIND_MATH, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          MathAnswer.decide(gold.answer(), answer)
              .map(
                  same ->
                      same
                          ? AnswerCheck.correct(answer)
                          : AnswerCheck.wrong(answer, gold.answer()));
    };
  }

  /** Checks CHOICE and EXACT answers. */
  static AnswerCheck checkWords(GoldAnswer gold, String text) {
    return gold.kind() == AnswerKind.ANSWER_KIND_CHOICE
        ? ChoiceAnswer.check(gold.answer(), text)
        : ExactAnswer.check(gold.answer(), text);
  }

  /** A whole text that does not equal the gold answer is not an answer. */
  static AnswerCheck of(MathAnswer.Candidate found, AnswerCheck check) {
    return found.stated() || check.isCorrect() ? check : nothing();
  }

  static AnswerCheck nothing() {
    return AnswerCheck.unknown("no final answer");
  }

  private static ApplicationFailure noSandbox() {
    return Failures.user(
        "SANDBOX_MISSING",
        "code answers need the sandbox of the trainer's Python package: RETORT_PYTHON is not set"
            + " (expected: its interpreter, in the environment of the pipeline workers)");
  }
}
