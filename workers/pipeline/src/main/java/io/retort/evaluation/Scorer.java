package io.retort.evaluation;

import io.retort.failure.Failures;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.PassAtK;
import io.retort.v1.Score;
import java.util.List;

/** Computes the figures of one model on one benchmark; pure. */
final class Scorer {
  /**
   * @throws io.temporal.failure.ApplicationFailure USER/K_TOO_LARGE when some k is larger than the
   *     answers drawn per problem
   */
  static void checkK(BenchmarkSpec benchmark) {
    for (int k : benchmark.getKList()) {
      if (Integer.compareUnsigned(k, benchmark.getSamples()) > 0) {
        throw Failures.user(
            "K_TOO_LARGE",
            "evaluation.benchmarks["
                + benchmark.getName()
                + "].k: "
                + Integer.toUnsignedString(k)
                + " (expected: at most samples, "
                + Integer.toUnsignedString(benchmark.getSamples())
                + ")");
      }
    }
  }

  /**
   * Problems, samples, pass@k, truncated ratio, undecided answers and majority vote; what names the
   * score is left out.
   *
   * @param problems at least one, each with as many answers as the benchmark asks
   * @param seed of the bootstrap
   */
  static Score score(BenchmarkSpec benchmark, List<Problem> problems, long seed) {
    Score.Builder score =
        Score.newBuilder()
            .setBenchmark(benchmark.getName())
            .setProblems(problems.size())
            .setSamples(benchmark.getSamples());
    for (int k : benchmark.getKList()) {
      score.addPassAtK(passAtK(problems, benchmark.getSamples(), k, seed));
    }
    long answers = (long) problems.size() * benchmark.getSamples();
    long truncated = problems.stream().mapToLong(Problem::truncated).sum();
    long majority =
        problems.stream().filter(problem -> MajorityVote.isCorrect(problem.answers())).count();
    return score
        .setTruncatedRatio((double) truncated / answers)
        .setUndecided(problems.stream().mapToLong(Problem::undecided).sum())
        .setMajorityVote((double) majority / problems.size())
        .build();
  }

  private static PassAtK passAtK(List<Problem> problems, int samples, int k, long seed) {
    double[] values =
        problems.stream()
            .mapToDouble(problem -> PassAtKEstimator.estimate(samples, problem.correct(), k))
            .toArray();
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    BootstrapInterval interval = BootstrapInterval.ofMean(values, seed);
    return PassAtK.newBuilder()
        .setK(k)
        .setValue(sum / values.length)
        .setLow(interval.low())
        .setHigh(interval.high())
        .build();
  }

  private Scorer() {}
}
