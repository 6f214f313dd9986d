package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ConsAtKEstimatorTest {
  /** Class 0 is right. */
  private static final int NONE = -1;

  @Test
  void takesTheAnswerGivenMostOften() {
    assertThat(cons(3, 1, 0, 0)).isEqualTo(1);
    assertThat(cons(3, 0, 1, 1)).isZero();
    assertThat(cons(5, 1, 2, 3, 0, 0)).isEqualTo(1);
  }

  @Test
  void answersGivenEquallyOftenShare() {
    assertThat(cons(2, 0, 1)).isEqualTo(0.5);
    assertThat(cons(3, 0, 1, 2)).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(cons(4, 1, 0, 0, 1)).isEqualTo(0.5);
    assertThat(cons(4, 1, 1, 2, 2)).isZero();
  }

  @Test
  void textsWithoutAnAnswerDoNotVote() {
    assertThat(cons(4, NONE, NONE, NONE, 0)).isEqualTo(1);
    assertThat(cons(3, NONE, NONE, NONE)).isZero();
  }

  @Test
  void withOneAnswerIsTheShareOfRightOnes() {
    assertThat(cons(1, 0, 1, 1, NONE)).isEqualTo(0.25);
    assertThat(cons(1, 0, 0, 1, 2, NONE)).isEqualTo(0.4);
  }

  @Test
  void isExactOverAllSubsets() {
    // Of the three pairs of {right, right, wrong} one is right, two are ties.
    assertThat(cons(2, 0, 0, 1)).isCloseTo(2.0 / 3, within(1e-12));
    Random random = new Random(7);
    for (int round = 0; round < 60; round++) {
      int[] classes = new int[2 + random.nextInt(8)];
      java.util.Arrays.setAll(classes, index -> random.nextInt(4) - 1);
      for (int k = 1; k <= classes.length; k++) {
        assertThat(cons(k, classes))
            .as("round %d", round)
            .isCloseTo(brute(k, classes), within(1e-9));
      }
    }
  }

  @Test
  void drawsSubsetsWhereThereAreTooMany() {
    // 12 of 30 are right, the others all differ: the right answer leads as soon as it is there
    // twice, and shares with the others where it is there once.
    int[] classes = new int[30];
    java.util.Arrays.setAll(classes, index -> index < 12 ? 0 : index);
    double none = hypergeometric(30, 12, 5, 0);
    double once = hypergeometric(30, 12, 5, 1);

    double estimate = cons(5, classes);

    assertThat(estimate).isCloseTo(1 - none - once + once / 5, within(0.04));
    assertThat(cons(5, classes)).isEqualTo(estimate);
  }

  @Test
  void doesNotDependOnTheOrderOfTheAnswers() {
    Random random = new Random(11);
    for (int round = 0; round < 20; round++) {
      int[] classes = new int[24];
      java.util.Arrays.setAll(classes, index -> random.nextInt(5) - 1);
      int[] shuffled = classes.clone();
      for (int index = shuffled.length - 1; index > 0; index--) {
        int other = random.nextInt(index + 1);
        int held = shuffled[index];
        shuffled[index] = shuffled[other];
        shuffled[other] = held;
      }
      // Another numbering of the same classes.
      int[] renumbered = shuffled.clone();
      for (int index = 0; index < renumbered.length; index++) {
        renumbered[index] = shuffled[index] > 0 ? 7 - shuffled[index] : shuffled[index];
      }
      for (int k : new int[] {1, 6, 24}) {
        assertThat(cons(k, shuffled)).isEqualTo(cons(k, classes));
        assertThat(cons(k, renumbered)).isEqualTo(cons(k, classes));
      }
    }
  }

  @Test
  void refusesMoreVotersThanAnswers() {
    assertThatThrownBy(() -> cons(3, 0, 1))
        .hasMessage("k: 3 (expected: 1 to 2, the answers drawn)");
    assertThatThrownBy(() -> cons(0, 0, 1))
        .hasMessage("k: 0 (expected: 1 to 2, the answers drawn)");
  }

  private static double cons(int k, int... classes) {
    boolean[] correct = new boolean[classes.length];
    for (int index = 0; index < classes.length; index++) {
      correct[index] = classes[index] == 0;
    }
    return ConsAtKEstimator.estimate(Ballot.of(classes, correct), k, 5);
  }

  private static double brute(int k, int[] classes) {
    double sum = 0;
    int subsets = 0;
    for (int subset = 0; subset < 1 << classes.length; subset++) {
      if (Integer.bitCount(subset) == k) {
        subsets++;
        int[] counts = new int[3];
        for (int index = 0; index < classes.length; index++) {
          if ((subset >> index & 1) == 1 && classes[index] >= 0) {
            counts[classes[index]]++;
          }
        }
        int most = java.util.Arrays.stream(counts).max().orElseThrow();
        long leading = java.util.Arrays.stream(counts).filter(count -> count == most).count();
        sum += most > 0 && counts[0] == most ? 1.0 / leading : 0;
      }
    }
    return sum / subsets;
  }

  private static double hypergeometric(int all, int right, int drawn, int found) {
    return choose(right, found) * choose(all - right, drawn - found) / choose(all, drawn);
  }

  private static double choose(int n, int k) {
    double result = 1;
    for (int i = 1; i <= k; i++) {
      result = result * (n - i + 1) / i;
    }
    return result;
  }
}
