package io.retort.evaluation;

import java.util.Arrays;
import java.util.Random;

/**
 * cons@k: the probability that the answer given most often by k of the n answers to a problem is
 * right (Wang et al. 2022, "Self-Consistency Improves Chain of Thought Reasoning", arXiv
 * 2203.11171). Of answers given equally often each stands for the k with the same probability; k
 * texts without an answer are wrong.
 *
 * <p>Over all subsets of k answers where there are at most 1,000, else over 1,000 seeded ones. The
 * order in which the answers were drawn plays no part.
 */
final class ConsAtKEstimator {
  static final int SUBSETS = 1_000;
  private static final int ABSTENTION = -1;

  private final Ballot ballot;
  private final int[] votes;
  private final int[] counts;

  private ConsAtKEstimator(Ballot ballot) {
    this.ballot = ballot;
    this.counts = new int[ballot.candidates().size()];
    this.votes = new int[ballot.answers()];
    int next = 0;
    for (int candidate = 0; candidate < counts.length; candidate++) {
      int end = next + ballot.candidates().get(candidate).votes();
      Arrays.fill(votes, next, end, candidate);
      next = end;
    }
    Arrays.fill(votes, next, votes.length, ABSTENTION);
  }

  /**
   * The estimate for one problem, from 0 to 1.
   *
   * @param k from 1 to the answers of the ballot
   * @param seed of the subsets
   */
  static double estimate(Ballot ballot, int k, long seed) {
    if (k < 1 || k > ballot.answers()) {
      throw new IllegalArgumentException(
          "k: " + k + " (expected: 1 to " + ballot.answers() + ", the answers drawn)");
    }
    ConsAtKEstimator estimator = new ConsAtKEstimator(ballot);
    double subsets = subsets(ballot.answers(), k);
    return subsets <= SUBSETS
        ? estimator.sum(0, k) / subsets
        : estimator.sampled(k, new Random(seed));
  }

  /** Binomial coefficient; any number above {@link #SUBSETS} where it is larger. */
  private static double subsets(int n, int k) {
    double subsets = 1;
    for (int i = 1; i <= Math.min(k, n - k) && subsets <= SUBSETS; i++) {
      subsets = subsets * (n - i + 1) / i;
    }
    return subsets;
  }

  /**
   * The credits of all subsets that add {@code left} votes, from {@code start} on, to the counts.
   */
  private double sum(int start, int left) {
    if (left == 0) {
      return credit();
    }
    double sum = 0;
    for (int index = start; index <= votes.length - left; index++) {
      count(votes[index], 1);
      sum += sum(index + 1, left - 1);
      count(votes[index], -1);
    }
    return sum;
  }

  private double sampled(int k, Random random) {
    double sum = 0;
    for (int subset = 0; subset < SUBSETS; subset++) {
      Arrays.fill(counts, 0);
      // The first k of a shuffle; shuffling what is shuffled is as random.
      for (int index = 0; index < k; index++) {
        int other = index + random.nextInt(votes.length - index);
        int vote = votes[other];
        votes[other] = votes[index];
        votes[index] = vote;
        count(vote, 1);
      }
      sum += credit();
    }
    return sum / SUBSETS;
  }

  private void count(int vote, int change) {
    if (vote != ABSTENTION) {
      counts[vote] += change;
    }
  }

  /** The share of right answers among those that were given most often. */
  private double credit() {
    int most = 1;
    int leading = 0;
    int correct = 0;
    for (int candidate = 0; candidate < counts.length; candidate++) {
      if (counts[candidate] > most) {
        most = counts[candidate];
        leading = 0;
        correct = 0;
      }
      if (counts[candidate] == most) {
        leading++;
        correct += ballot.candidates().get(candidate).correct() ? 1 : 0;
      }
    }
    return leading == 0 ? 0 : (double) correct / leading;
  }
}
