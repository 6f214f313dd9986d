package io.retort.evaluation;

import io.retort.v1.GeneratedSample;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.SampleOutcome;
import java.util.List;

/** Generated answers by outcome. */
public final class Outcomes {
  /** The sample's own outcome, or what its booleans say. */
  public static SampleOutcome of(GeneratedSample sample) {
    return switch (sample.getOutcome()) {
      case SAMPLE_OUTCOME_CORRECT,
          SAMPLE_OUTCOME_WRONG,
          SAMPLE_OUTCOME_NO_ANSWER,
          SAMPLE_OUTCOME_TRUNCATED,
          SAMPLE_OUTCOME_CHECKER_ERROR ->
          sample.getOutcome();
      case SAMPLE_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> ofBooleans(sample);
    };
  }

  private static SampleOutcome ofBooleans(GeneratedSample sample) {
    if (sample.getCorrect()) {
      return SampleOutcome.SAMPLE_OUTCOME_CORRECT;
    }
    if (sample.getUndecided()) {
      return SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR;
    }
    if (sample.getTruncated()) {
      return SampleOutcome.SAMPLE_OUTCOME_TRUNCATED;
    }
    return sample.getAnswer().isBlank()
        ? SampleOutcome.SAMPLE_OUTCOME_NO_ANSWER
        : SampleOutcome.SAMPLE_OUTCOME_WRONG;
  }

  static OutcomeCounts count(List<Problem.Answer> answers) {
    OutcomeCounts.Builder counts = OutcomeCounts.newBuilder();
    for (Problem.Answer answer : answers) {
      switch (answer.outcome()) {
        case SAMPLE_OUTCOME_CORRECT -> counts.setCorrect(counts.getCorrect() + 1);
        case SAMPLE_OUTCOME_WRONG -> counts.setWrong(counts.getWrong() + 1);
        case SAMPLE_OUTCOME_NO_ANSWER -> counts.setNoAnswer(counts.getNoAnswer() + 1);
        case SAMPLE_OUTCOME_TRUNCATED -> counts.setTruncated(counts.getTruncated() + 1);
        case SAMPLE_OUTCOME_CHECKER_ERROR -> counts.setCheckerError(counts.getCheckerError() + 1);
        case SAMPLE_OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
            throw new IllegalArgumentException("outcome: " + answer.outcome());
      }
    }
    return counts.build();
  }

  static OutcomeCounts sum(List<OutcomeCounts> all) {
    return OutcomeCounts.newBuilder()
        .setCorrect(all.stream().mapToLong(OutcomeCounts::getCorrect).sum())
        .setWrong(all.stream().mapToLong(OutcomeCounts::getWrong).sum())
        .setNoAnswer(all.stream().mapToLong(OutcomeCounts::getNoAnswer).sum())
        .setTruncated(all.stream().mapToLong(OutcomeCounts::getTruncated).sum())
        .setCheckerError(all.stream().mapToLong(OutcomeCounts::getCheckerError).sum())
        .build();
  }

  private Outcomes() {}
}
