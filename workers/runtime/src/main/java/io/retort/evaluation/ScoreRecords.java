package io.retort.evaluation;

import io.retort.v1.ScoreRecord;
import java.util.List;
import java.util.Optional;

/** Score records of one or several runs. */
public final class ScoreRecords {
  /** The first record on a benchmark. */
  public static Optional<ScoreRecord> on(List<ScoreRecord> records, String benchmark) {
    return records.stream()
        .filter(record -> record.getScore().getBenchmark().equals(benchmark))
        .findFirst();
  }

  /** The record under another model's name, to be told from others of that name. */
  public static ScoreRecord named(ScoreRecord record, String model) {
    ScoreRecord.Builder named = record.toBuilder();
    named.getScoreBuilder().setModel(model);
    return named.build();
  }

  private ScoreRecords() {}
}
