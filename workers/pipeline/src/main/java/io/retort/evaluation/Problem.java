package io.retort.evaluation;

import io.retort.v1.OutcomeCounts;
import io.retort.v1.ProblemScore;
import io.retort.v1.SampleOutcome;
import java.util.List;

/** The answers drawn for one problem, in the order of their index. */
record Problem(String sampleId, List<Answer> answers) {
  Problem {
    answers = List.copyOf(answers);
  }

  int correct() {
    return (int) answers.stream().filter(Answer::correct).count();
  }

  ProblemScore score() {
    OutcomeCounts outcomes = Outcomes.count(answers);
    return ProblemScore.newBuilder()
        .setSampleId(sampleId)
        .setOutcomes(outcomes)
        .setTruncated(answers.stream().filter(Answer::truncated).count())
        .build();
  }

  /**
   * The part of a generated sample that scoring needs.
   *
   * @param text the final answer, empty where there is none
   * @param truncated whether the text was cut, whatever it states
   */
  record Answer(String text, SampleOutcome outcome, boolean truncated) {
    boolean correct() {
      return outcome == SampleOutcome.SAMPLE_OUTCOME_CORRECT;
    }
  }
}
