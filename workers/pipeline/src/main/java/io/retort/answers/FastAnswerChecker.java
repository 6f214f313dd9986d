package io.retort.answers;

import io.retort.failure.Failures;
import io.retort.v1.AnswerKind;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Texts, numbers and multiple-choice letters; what needs algebra is not correct, and code cannot be
 * checked at all. Needs no other process.
 */
public final class FastAnswerChecker implements AnswerChecker {
  private static final int LONGEST_CHOICE = 4;

  @Override
  public CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text) {
    return decide(gold, text)
        .map(CompletableFuture::completedFuture)
        .orElseGet(
            () ->
                gold.kind() == AnswerKind.ANSWER_KIND_CODE
                    ? CompletableFuture.failedFuture(noSandbox())
                    : CompletableFuture.completedFuture(undecidedText(text)));
  }

  @Override
  public CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer) {
    return decideAnswer(gold, answer)
        .map(CompletableFuture::completedFuture)
        .orElseGet(
            () ->
                gold.kind() == AnswerKind.ANSWER_KIND_CODE
                    ? CompletableFuture.failedFuture(noSandbox())
                    : CompletableFuture.completedFuture(undecided(answer)));
  }

  @Override
  public CompletableFuture<Void> requireSandbox() {
    return CompletableFuture.failedFuture(noSandbox());
  }

  /** The check of a text, empty where it needs algebra or has to be run. */
  static Optional<AnswerCheck> decide(GoldAnswer gold, String text) {
    return switch (gold.kind()) {
      case ANSWER_KIND_CHOICE -> Optional.of(ChoiceAnswer.check(gold.answer(), text));
      case ANSWER_KIND_EXACT -> Optional.of(ExactAnswer.check(gold.answer(), text));
      case ANSWER_KIND_CODE -> Optional.empty();
      case ANSWER_KIND_MATH, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          decideMath(gold.answer(), text);
    };
  }

  /** The check of an answer that stands alone, empty where it needs algebra or has to be run. */
  static Optional<AnswerCheck> decideAnswer(GoldAnswer gold, String answer) {
    return switch (gold.kind()) {
      case ANSWER_KIND_CHOICE -> Optional.of(ChoiceAnswer.compare(gold.answer(), answer));
      case ANSWER_KIND_EXACT -> Optional.of(ExactAnswer.compare(gold.answer(), answer));
      case ANSWER_KIND_CODE -> Optional.empty();
      case ANSWER_KIND_MATH, ANSWER_KIND_UNSPECIFIED, UNRECOGNIZED ->
          decideMathAnswer(gold.answer(), answer);
    };
  }

  private static Optional<AnswerCheck> decideMath(String gold, String text) {
    Optional<String> answer = StatedAnswer.find(text).or(() -> lastNumber(gold, text));
    if (answer.isPresent()) {
      return decideMathAnswer(gold, answer.get());
    }
    // "A train leaves ..." chooses nothing.
    if (ChoiceAnswer.isLetter(gold) && text.strip().length() > LONGEST_CHOICE) {
      return Optional.of(AnswerCheck.unknown("no final answer"));
    }
    return decideMathAnswer(gold, text.strip()).filter(AnswerCheck::isCorrect);
  }

  private static Optional<AnswerCheck> decideMathAnswer(String gold, String answer) {
    return AnswerComparison.compare(gold, answer)
        .map(same -> same ? AnswerCheck.correct(answer) : AnswerCheck.wrong(answer, gold));
  }

  private static AnswerCheck undecidedText(String text) {
    return StatedAnswer.find(text)
        .map(FastAnswerChecker::undecided)
        .orElseGet(() -> AnswerCheck.unknown("no final answer"));
  }

  private static ApplicationFailure noSandbox() {
    return Failures.user(
        "SANDBOX_MISSING",
        "code answers need the sandbox of the trainer's Python package: RETORT_PYTHON is not set"
            + " (expected: its interpreter, in the environment of the pipeline workers)");
  }

  private static AnswerCheck undecided(String answer) {
    return new AnswerCheck(AnswerVerdict.UNKNOWN, answer, "only algebra could compare " + answer);
  }

  private static Optional<String> lastNumber(String gold, String text) {
    if (Numbers.parse(gold).isEmpty()) {
      return Optional.empty();
    }
    if (Numbers.parse(text).isPresent()) {
      return Optional.of(text.strip());
    }
    List<Numbers.Token> tokens = Numbers.tokens(Quotations.removed(text));
    return tokens.isEmpty()
        ? Optional.empty()
        : Numbers.plain(tokens.get(tokens.size() - 1).value());
  }
}
