package io.retort.evaluation;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Count;
import io.retort.v1.Score;
import io.retort.v1.ScoreWithoutErrata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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
    Map<String, Long> leftOut = new TreeMap<>();
    errata.values().forEach(reason -> leftOut.merge(reason, 1L, Long::sum));
    return Optional.of(
        ScoreWithoutErrata.newBuilder()
            .setProblems(score.getProblems())
            .addAllPassAtK(score.getPassAtKList())
            .addAllLeftOut(
                leftOut.entrySet().stream()
                    .map(
                        entry ->
                            Count.newBuilder()
                                .setName(entry.getKey())
                                .setCount(entry.getValue())
                                .build())
                    .toList())
            .build());
  }

  private ErrataScore() {}
}
