package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PassAtKEstimatorTest {
  private static final int LARGEST = 9;

  @Test
  void equalsTheShareOfSubsetsWithARightAnswer() {
    for (int n = 1; n <= LARGEST; n++) {
      for (int correct = 0; correct <= n; correct++) {
        for (int k = 1; k <= n; k++) {
          assertThat(PassAtKEstimator.estimate(n, correct, k))
              .as("n = %d, c = %d, k = %d", n, correct, k)
              .isCloseTo(shareOfSubsets(n, correct, k), within(1e-12));
        }
      }
    }
  }

  @Test
  void growsWithKAndWithRightAnswers() {
    int n = 64;
    for (int correct = 0; correct <= n; correct++) {
      for (int k = 1; k < n; k++) {
        double value = PassAtKEstimator.estimate(n, correct, k);
        assertThat(value).as("n = %d, c = %d, k = %d", n, correct, k).isBetween(0.0, 1.0);
        assertThat(PassAtKEstimator.estimate(n, correct, k + 1))
            .as("n = %d, c = %d, k = %d to %d", n, correct, k, k + 1)
            .isGreaterThanOrEqualTo(value - 1e-12);
        if (correct < n) {
          assertThat(PassAtKEstimator.estimate(n, correct + 1, k))
              .as("n = %d, c = %d to %d, k = %d", n, correct, correct + 1, k)
              .isGreaterThanOrEqualTo(value - 1e-12);
        }
      }
    }
  }

  @Test
  void isExactAtItsEdges() {
    assertThat(PassAtKEstimator.estimate(4, 0, 4)).isEqualTo(0);
    assertThat(PassAtKEstimator.estimate(4, 1, 4)).isEqualTo(1);
    assertThat(PassAtKEstimator.estimate(4, 2, 3)).isEqualTo(1);
    assertThat(PassAtKEstimator.estimate(1, 1, 1)).isEqualTo(1);
    assertThat(PassAtKEstimator.estimate(8, 2, 1)).isCloseTo(0.25, within(1e-12));
    // Factorials of these numbers overflow; the product does not.
    assertThat(PassAtKEstimator.estimate(1024, 1, 512)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void refusesMoreDrawsThanAnswers() {
    assertThatThrownBy(() -> PassAtKEstimator.estimate(4, 2, 5))
        .hasMessage("k: 5 (expected: 1 to 4, the answers drawn)");
    assertThatThrownBy(() -> PassAtKEstimator.estimate(4, 2, 0))
        .hasMessage("k: 0 (expected: 1 to 4, the answers drawn)");
    assertThatThrownBy(() -> PassAtKEstimator.estimate(4, 5, 1))
        .hasMessage("correct: 5 (expected: 0 to 4, the answers drawn)");
    assertThatThrownBy(() -> PassAtKEstimator.estimate(4, -1, 1))
        .hasMessage("correct: -1 (expected: 0 to 4, the answers drawn)");
  }

  /** Counts the subsets of k of n answers that hold one of the first {@code correct}. */
  private static double shareOfSubsets(int n, int correct, int k) {
    int subsets = 0;
    int passing = 0;
    for (int subset = 0; subset < 1 << n; subset++) {
      if (Integer.bitCount(subset) == k) {
        subsets++;
        passing += (subset & ((1 << correct) - 1)) == 0 ? 0 : 1;
      }
    }
    return (double) passing / subsets;
  }
}
