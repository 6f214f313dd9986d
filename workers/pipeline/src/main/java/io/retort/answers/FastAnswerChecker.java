package io.retort.answers;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Texts, numbers and multiple-choice letters; anything else is not correct. Needs no other process.
 */
public final class FastAnswerChecker implements AnswerChecker {
  private static final int LONGEST_CHOICE = 4;

  @Override
  public CompletableFuture<AnswerCheck> check(String gold, String text) {
    return CompletableFuture.completedFuture(
        decide(gold, text)
            .orElseGet(
                () ->
                    StatedAnswer.find(text)
                        .map(FastAnswerChecker::undecided)
                        .orElseGet(() -> AnswerCheck.unknown("no final answer"))));
  }

  @Override
  public CompletableFuture<AnswerCheck> compare(String gold, String answer) {
    return CompletableFuture.completedFuture(
        decideAnswer(gold, answer).orElseGet(() -> undecided(answer)));
  }

  @Override
  public void close() {}

  /** The check of a text where text, number or letter decides; empty where it needs algebra. */
  static Optional<AnswerCheck> decide(String gold, String text) {
    Optional<String> answer = StatedAnswer.find(text).or(() -> lastNumber(gold, text));
    if (answer.isPresent()) {
      return decideAnswer(gold, answer.get());
    }
    // "A train leaves ..." chooses nothing.
    if (AnswerComparison.isChoice(gold) && text.strip().length() > LONGEST_CHOICE) {
      return Optional.of(AnswerCheck.unknown("no final answer"));
    }
    return decideAnswer(gold, text.strip()).filter(AnswerCheck::isCorrect);
  }

  static Optional<AnswerCheck> decideAnswer(String gold, String answer) {
    return AnswerComparison.compare(gold, answer)
        .map(same -> same ? AnswerCheck.correct(answer) : AnswerCheck.wrong(answer, gold));
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
    List<Numbers.Token> tokens = Numbers.tokens(text);
    return tokens.isEmpty()
        ? Optional.empty()
        : Optional.of(tokens.get(tokens.size() - 1).value().toPlainString());
  }
}
