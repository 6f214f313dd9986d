package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.answers.AnswerCheck;
import io.retort.answers.AnswerChecker;
import io.retort.answers.FastAnswerChecker;
import io.retort.answers.GoldAnswer;
import io.retort.failure.Failures;
import io.retort.v1.AnswerKind;
import io.retort.v1.FailureCategory;
import io.retort.v1.SampleOutcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BallotsTest {
  private static final Map<String, AnswerKind> MATH = Map.of("a", AnswerKind.ANSWER_KIND_MATH);
  private static final Problem PROBLEM =
      new Problem(
          "a",
          List.of(
              answer("8", SampleOutcome.SAMPLE_OUTCOME_WRONG),
              answer("7", SampleOutcome.SAMPLE_OUTCOME_CORRECT),
              answer("8.0", SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR),
              answer("", SampleOutcome.SAMPLE_OUTCOME_TRUNCATED)));

  @Test
  void countsEqualAnswersTogether() {
    AtomicInteger signs = new AtomicInteger();

    List<Ballot> ballots =
        new Ballots(new FastAnswerChecker(), signs::incrementAndGet).of(List.of(PROBLEM), MATH);

    assertThat(ballots)
        .containsExactly(
            new Ballot(List.of(new Ballot.Candidate(1, true), new Ballot.Candidate(2, false)), 1));
    assertThat(signs).hasPositiveValue();
  }

  @Test
  void holdsNoneWhereCodeIsAskedFor() {
    assertThat(
            new Ballots(new FastAnswerChecker(), () -> {})
                .of(List.of(PROBLEM), Map.of("a", AnswerKind.ANSWER_KIND_CODE)))
        .isEmpty();
  }

  @Test
  void failsWhereTheCheckerGivesNoAnswer() {
    Ballots broken = new Ballots(new BrokenChecker(new IllegalStateException("gone")), () -> {});
    assertThatThrownBy(() -> broken.of(List.of(PROBLEM), MATH))
        .extracting(Failures::fromThrowable)
        .satisfies(
            failure -> {
              assertThat(failure.getCategory())
                  .isEqualTo(FailureCategory.FAILURE_CATEGORY_PLATFORM);
              assertThat(failure.getType()).isEqualTo("ANSWER_CHECKER_FAILED");
              assertThat(failure.getMessage()).contains("gone");
            });

    RuntimeException own = Failures.platform("CHECKER_DIED", "killed", null);
    Ballots failing = new Ballots(new BrokenChecker(own), () -> {});
    assertThatThrownBy(() -> failing.of(List.of(PROBLEM), MATH)).isSameAs(own);
  }

  private static Problem.Answer answer(String text, SampleOutcome outcome) {
    return new Problem.Answer(text, outcome, false);
  }

  private record BrokenChecker(RuntimeException failure) implements AnswerChecker {
    @Override
    public CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer) {
      return CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> requireSandbox() {
      throw new UnsupportedOperationException();
    }
  }
}
