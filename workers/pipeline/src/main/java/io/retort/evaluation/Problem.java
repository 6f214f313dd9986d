package io.retort.evaluation;

import java.util.List;

/** The answers drawn for one problem, in the order of their index. */
record Problem(String sampleId, List<Answer> answers) {
  Problem {
    answers = List.copyOf(answers);
  }

  int correct() {
    return (int) answers.stream().filter(Answer::correct).count();
  }

  int truncated() {
    return (int) answers.stream().filter(Answer::truncated).count();
  }

  int undecided() {
    return (int) answers.stream().filter(Answer::undecided).count();
  }

  /**
   * What scoring needs of a generated sample.
   *
   * @param text the final answer, empty where there is none
   * @param undecided it could not be compared with the gold answer
   */
  record Answer(String text, boolean correct, boolean truncated, boolean undecided) {}
}
