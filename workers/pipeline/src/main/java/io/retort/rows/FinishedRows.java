package io.retort.rows;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.v1.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The rows of one attempt that have their record, printed once.
 *
 * <p>Not thread-safe.
 */
final class FinishedRows<R extends Message> {
  private final ShardJob<?, R> job;
  private final RowMetrics metrics;
  private final ByteString[] lines;
  private final List<RowLine> unsaved = new ArrayList<>();
  private int kept;

  FinishedRows(ShardJob<?, R> job, RowMetrics metrics) {
    this.job = job;
    this.metrics = metrics;
    lines = new ByteString[job.inputs().size()];
  }

  /**
   * Takes over what earlier attempts have stored.
   *
   * @param keys of all rows, in their order
   * @param tick called before each part
   * @param found called with each record that counts
   */
  void resume(List<String> keys, Runnable tick, Consumer<R> found) throws IOException {
    Map<String, Integer> rows = new HashMap<>();
    for (int row = 0; row < keys.size(); row++) {
      rows.put(keys.get(row), row);
    }
    job.log()
        .read(
            tick,
            rowRecord -> {
              Integer row = rows.get(job.log().key(rowRecord));
              if (row != null && !has(row)) {
                lines[row] = RowLine.ofAnySize(job, rowRecord).json();
                kept++;
                found.accept(rowRecord);
              }
            });
  }

  boolean has(int row) {
    return lines[row] != null;
  }

  void add(int row, RowLine line) {
    lines[row] = line.json();
    unsaved.add(line);
    kept++;
  }

  /** Rows that have a record. */
  int kept() {
    return kept;
  }

  /** Rows whose record is durable. */
  int saved() {
    return kept - unsaved.size();
  }

  boolean areSaved() {
    return unsaved.isEmpty();
  }

  /** Returns when all records are durable. */
  void save() throws IOException {
    if (unsaved.isEmpty()) {
      return;
    }
    job.log().append(unsaved.stream().map(RowLine::json).toList());
    unsaved.forEach(line -> metrics.stored(job.stage(), line.outcome()));
    unsaved.clear();
  }

  /** Commits the shard, whose rows all have their record. */
  Manifest commit() throws IOException {
    return job.log().commit(Arrays.asList(lines), lines.length);
  }
}
