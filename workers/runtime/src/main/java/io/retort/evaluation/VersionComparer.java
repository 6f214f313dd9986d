package io.retort.evaluation;

import io.retort.v1.Comparison;
import io.retort.v1.RunSpec;
import io.retort.v1.ScoreRecord;
import io.retort.v1.VersionScores;
import java.util.ArrayList;
import java.util.List;
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
      Optional<ScoreRecord> theirs = ScoreRecords.on(first.getRecordsList(), name);
      if (theirs.isEmpty()) {
        continue;
      }
      Optional<String> differs =
          Comparability.difference(
              ours,
              BenchmarkSettings.of(secondSpec, name),
              theirs.get(),
              BenchmarkSettings.of(firstSpec, name));
      if (differs.isPresent()) {
        differences.add(new Difference(name, Optional.empty(), differs.get()));
      } else {
        records.add(ScoreRecords.named(ours, SECOND));
        records.add(ScoreRecords.named(theirs.get(), FIRST));
      }
    }
    Comparer.compare(records, SECOND, FIRST, BenchmarkSettings.margins(secondSpec))
        .forEach(one -> differences.add(new Difference(one.getBenchmark(), Optional.of(one), "")));
    return differences;
  }

  private VersionComparer() {}
}
