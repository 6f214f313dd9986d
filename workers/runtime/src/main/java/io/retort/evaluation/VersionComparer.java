package io.retort.evaluation;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Comparison;
import io.retort.v1.RunSpec;
import io.retort.v1.ScoreRecord;
import io.retort.v1.VersionScores;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares two published versions by the scores that were kept with them; pure. */
public final class VersionComparer {
  private static final String FIRST = "first";
  private static final String SECOND = "second";

  /**
   * The second version against the first on one benchmark.
   *
   * @param comparison empty where the two were not asked the same
   * @param reason why there is no comparison; else empty
   */
  public record Difference(String benchmark, Optional<Comparison> comparison, String reason) {}

  /**
   * On every benchmark that both have scores of, with the second version's margins.
   *
   * @param firstSpec of the run that published the first version; likewise {@code secondSpec}
   */
  public static List<Difference> compare(
      VersionScores first, RunSpec firstSpec, VersionScores second, RunSpec secondSpec) {
    List<ScoreRecord> records = new ArrayList<>();
    List<Difference> differences = new ArrayList<>();
    for (ScoreRecord ours : second.getRecordsList()) {
      String name = ours.getScore().getBenchmark();
      Optional<ScoreRecord> theirs =
          first.getRecordsList().stream()
              .filter(record -> record.getScore().getBenchmark().equals(name))
              .findFirst();
      if (theirs.isEmpty()) {
        continue;
      }
      Optional<String> differs =
          Comparability.difference(
              ours, benchmark(secondSpec, name), theirs.get(), benchmark(firstSpec, name));
      if (differs.isPresent()) {
        differences.add(new Difference(name, Optional.empty(), differs.get()));
      } else {
        records.add(named(ours, SECOND));
        records.add(named(theirs.get(), FIRST));
      }
    }
    Map<String, Double> margins = new HashMap<>();
    secondSpec
        .getEvaluation()
        .getBenchmarksList()
        .forEach(benchmark -> margins.put(benchmark.getName(), benchmark.getMargin()));
    Comparer.compare(records, SECOND, FIRST, margins)
        .forEach(one -> differences.add(new Difference(one.getBenchmark(), Optional.of(one), "")));
    return differences;
  }

  private static Optional<BenchmarkSpec> benchmark(RunSpec spec, String name) {
    return spec.getEvaluation().getBenchmarksList().stream()
        .filter(benchmark -> benchmark.getName().equals(name))
        .findFirst();
  }

  private static ScoreRecord named(ScoreRecord record, String model) {
    ScoreRecord.Builder named = record.toBuilder();
    named.getScoreBuilder().setModel(model);
    return named.build();
  }

  private VersionComparer() {}
}
