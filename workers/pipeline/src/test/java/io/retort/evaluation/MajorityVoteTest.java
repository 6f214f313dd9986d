package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MajorityVoteTest {
  private static final Problem.Answer RIGHT = new Problem.Answer("7", true, false, false);
  private static final Problem.Answer WRONG = new Problem.Answer("8", false, false, false);
  private static final Problem.Answer OTHER = new Problem.Answer("9", false, false, false);
  private static final Problem.Answer NONE = new Problem.Answer("", false, true, false);

  @Test
  void takesTheMostFrequentAnswer() {
    assertThat(MajorityVote.isCorrect(List.of(WRONG, RIGHT, RIGHT))).isTrue();
    assertThat(MajorityVote.isCorrect(List.of(RIGHT, WRONG, WRONG))).isFalse();
  }

  @Test
  void takesTheFirstSeenOfAnswersGivenEquallyOften() {
    assertThat(MajorityVote.isCorrect(List.of(RIGHT, WRONG, OTHER))).isTrue();
    assertThat(MajorityVote.isCorrect(List.of(WRONG, RIGHT, RIGHT, WRONG))).isFalse();
    assertThat(MajorityVote.isCorrect(List.of(OTHER, RIGHT, WRONG, WRONG, RIGHT))).isTrue();
  }

  @Test
  void doesNotCountSamplesWithoutAnAnswer() {
    assertThat(MajorityVote.isCorrect(List.of(NONE, NONE, NONE, RIGHT))).isTrue();
    assertThat(MajorityVote.isCorrect(List.of(NONE, new Problem.Answer("  ", true, false, false))))
        .isFalse();
    assertThat(MajorityVote.isCorrect(List.of())).isFalse();
  }

  @Test
  void countsAnswersThatDifferInSurroundingBlanksTogether() {
    assertThat(
            MajorityVote.isCorrect(
                List.of(WRONG, RIGHT, new Problem.Answer(" 7\n", true, false, false))))
        .isTrue();
  }
}
