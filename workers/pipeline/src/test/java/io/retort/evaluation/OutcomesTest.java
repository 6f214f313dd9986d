package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.GeneratedSample;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.SampleOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomesTest {
  private static final GeneratedSample ANSWERED =
      GeneratedSample.newBuilder().setAnswer("7").build();

  @Test
  void samplesOfBeforeOutcomesSayItByTheirBooleans() {
    assertThat(Outcomes.of(ANSWERED.toBuilder().setCorrect(true).setTruncated(true).build()))
        .isEqualTo(SampleOutcome.SAMPLE_OUTCOME_CORRECT);
    assertThat(Outcomes.of(ANSWERED)).isEqualTo(SampleOutcome.SAMPLE_OUTCOME_WRONG);
    assertThat(Outcomes.of(ANSWERED.toBuilder().setAnswer(" ").build()))
        .isEqualTo(SampleOutcome.SAMPLE_OUTCOME_NO_ANSWER);
    assertThat(Outcomes.of(ANSWERED.toBuilder().setTruncated(true).build()))
        .isEqualTo(SampleOutcome.SAMPLE_OUTCOME_TRUNCATED);
    assertThat(Outcomes.of(ANSWERED.toBuilder().setUndecided(true).setTruncated(true).build()))
        .isEqualTo(SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR);
  }

  @Test
  void ownOutcomesStandAndAreCounted() {
    GeneratedSample sample =
        ANSWERED.toBuilder().setOutcome(SampleOutcome.SAMPLE_OUTCOME_NO_ANSWER).build();
    assertThat(Outcomes.of(sample)).isEqualTo(SampleOutcome.SAMPLE_OUTCOME_NO_ANSWER);

    List<Problem.Answer> answers =
        List.of(
            answer(SampleOutcome.SAMPLE_OUTCOME_CORRECT),
            answer(SampleOutcome.SAMPLE_OUTCOME_CORRECT),
            answer(SampleOutcome.SAMPLE_OUTCOME_WRONG),
            answer(SampleOutcome.SAMPLE_OUTCOME_NO_ANSWER),
            answer(SampleOutcome.SAMPLE_OUTCOME_TRUNCATED),
            answer(SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR));
    OutcomeCounts counts =
        OutcomeCounts.newBuilder()
            .setCorrect(2)
            .setWrong(1)
            .setNoAnswer(1)
            .setTruncated(1)
            .setCheckerError(1)
            .build();

    assertThat(Outcomes.count(answers)).isEqualTo(counts);
    assertThat(Outcomes.sum(List.of(counts, counts)).getCorrect()).isEqualTo(4);
    assertThat(Outcomes.sum(List.of(counts, counts)).getCheckerError()).isEqualTo(2);
  }

  private static Problem.Answer answer(SampleOutcome outcome) {
    return new Problem.Answer("", outcome, false);
  }
}
