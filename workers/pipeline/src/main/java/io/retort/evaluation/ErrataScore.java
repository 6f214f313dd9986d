package io.retort.evaluation;

import io.retort.samples.Counts;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Score;
import io.retort.v1.ScoreWithoutErrata;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The score without the problems that something is known to be wrong with. */
final class ErrataScore {
  /**
   * @param problems of the whole benchmark
   * @param errata by sample id; none for a problem that nothing is wrong with
   * @param seed of the bootstrap
   * @return empty where no problem has errata, or all have
   */
  static Optional<ScoreWithoutErrata> of(
      BenchmarkSpec benchmark, List<Problem> problems, Map<String, String> errata, long seed) {
    List<Problem> sound =
        problems.stream().filter(problem -> !errata.containsKey(problem.sampleId())).toList();
    if (sound.isEmpty() || sound.size() == problems.size()) {
      return Optional.empty();
    }
    Score score = Scorer.score(benchmark, sound, List.of(), seed).getScore();
    Counts leftOut = new Counts();
    errata.values().forEach(leftOut::add);
    return Optional.of(
        ScoreWithoutErrata.newBuilder()
            .setProblems(score.getProblems())
            .addAllPassAtK(score.getPassAtKList())
            .addAllLeftOut(leftOut.toList())
            .build());
  }

  private ErrataScore() {}
}
