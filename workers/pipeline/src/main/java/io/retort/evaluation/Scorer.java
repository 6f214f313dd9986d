package io.retort.evaluation;

import io.retort.failure.Failures;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.PassAtK;
import io.retort.v1.ProblemScore;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Computes the figures of one model on one benchmark; pure. */
final class Scorer {
  static final int SCHEMA_VERSION = 1;

  private final List<Problem> problems;
  private final int samples;
  private final long seed;

  private Scorer(List<Problem> problems, int samples, long seed) {
    this.problems = problems;
    this.samples = samples;
    this.seed = seed;
  }

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
   * The score without what names it and without its coverage, and what it was computed from.
   *
   * @param problems at least one, each with as many answers as the benchmark asks
   * @param ballots of the problems, in their order; empty where answers cannot be voted on
   * @param seed of the bootstrap and of the subsets of cons@k
   */
  static ScoreRecord score(
      BenchmarkSpec benchmark, List<Problem> problems, List<Ballot> ballots, long seed) {
    int samples = benchmark.getSamples();
    Scorer scorer = new Scorer(problems, samples, seed);
    List<ProblemScore> results = problems.stream().map(Problem::score).toList();
    OutcomeCounts outcomes = Outcomes.sum(results.stream().map(ProblemScore::getOutcomes).toList());
    long answers = (long) problems.size() * samples;
    long truncated = results.stream().mapToLong(ProblemScore::getTruncated).sum();
    Score.Builder score =
        Score.newBuilder()
            .setBenchmark(benchmark.getName())
            .setProblems(problems.size())
            .setSamples(samples)
            .setTruncatedRatio((double) truncated / answers)
            .setUndecided(outcomes.getCheckerError())
            .setOutcomes(outcomes);
    benchmark.getKList().forEach(k -> score.addPassAtK(scorer.passAtK(k)));
    CurvePoints.of(samples).forEach(k -> score.addCurve(scorer.passAtK(k)));
    if (!ballots.isEmpty()) {
      benchmark.getKList().forEach(k -> score.addConsAtK(scorer.consAtK(ballots, k)));
      score.setMajorityVote(scorer.consAtK(ballots, samples).getValue());
    }
    return ScoreRecord.newBuilder()
        .setSchemaVersion(SCHEMA_VERSION)
        .setScore(score)
        .addAllPassAtK(
            IntStream.rangeClosed(1, samples)
                .mapToObj(k -> Moments.mean(scorer.values(problem -> scorer.passAtK(problem, k))))
                .toList())
        .addAllProblems(results)
        .build();
  }

  private PassAtK passAtK(int k) {
    return estimate(values(problem -> passAtK(problem, k)), k);
  }

  private double passAtK(Problem problem, int k) {
    return PassAtKEstimator.estimate(samples, problem.correct(), k);
  }

  private PassAtK consAtK(List<Ballot> ballots, int k) {
    double[] values = new double[ballots.size()];
    for (int index = 0; index < values.length; index++) {
      // Every problem has subsets of its own, whatever its place.
      long own = seed ^ ((long) problems.get(index).sampleId().hashCode() << Integer.SIZE) ^ k;
      values[index] = ConsAtKEstimator.estimate(ballots.get(index), k, own);
    }
    return estimate(values, k);
  }

  private PassAtK estimate(double[] values, int k) {
    Interval interval = ScoreInterval.of(values, samples, k, seed);
    return PassAtK.newBuilder()
        .setK(k)
        .setValue(Moments.mean(values))
        .setLow(interval.low())
        .setHigh(interval.high())
        .build();
  }

  private double[] values(ToDoubleFunction<Problem> of) {
    return problems.stream().mapToDouble(of).toArray();
  }
}
