package io.retort.rows;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.store.RowWriter;
import io.retort.store.ScratchRecords;
import io.retort.v1.Manifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * The records of one attempt's rows, printed once. They are stored in small parts as they arrive,
 * and kept on the local disk until they are stored again in the shard's order.
 *
 * <p>Not thread-safe.
 */
final class FinishedRows<R extends Message> implements AutoCloseable {
  private static final int NONE = -1;

  /** Size above which records that are saved at once are split into several parts. */
  private static final int MOST_UNSAVED_BYTES = 4 << 20;

  private static final int ROWS_A_TICK = 1_000;

  private final ShardJob<?, R> job;
  private final RowMetrics metrics;
  private final ScratchRecords scratch;

  /** Numbers of the records in {@link #scratch}, by row. */
  private final int[] records;

  private final List<Unsaved> unsaved = new ArrayList<>();
  private int unsavedBytes;
  private int saved;

  private record Unsaved(int row, RowLine line) {}

  /** A record on disk that may become the record of its row later. */
  record Held(int number, String outcome) {}

  FinishedRows(ShardJob<?, R> job, RowMetrics metrics) throws IOException {
    this.job = job;
    this.metrics = metrics;
    scratch = new ScratchRecords();
    records = new int[job.inputs().size()];
    Arrays.fill(records, NONE);
  }

  /**
   * Adopts the records that earlier attempts stored.
   *
   * @param tick called before each part
   * @param found called with each adopted record
   */
  void resume(Runnable tick, RowLog.RecordConsumer<R> found) throws IOException {
    List<String> keys = job.inputs().takeKeys();
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
                records[row] = scratch.add(RowLine.ofAnySize(job, rowRecord).json());
                saved++;
                found.accept(rowRecord);
              }
            });
  }

  boolean has(int row) {
    return records[row] != NONE;
  }

  void add(int row, RowLine line) {
    unsaved.add(new Unsaved(row, line));
    unsavedBytes += line.json().size();
  }

  /** Holds a record that is not the record of its row yet. */
  Held hold(RowLine line) throws IOException {
    return new Held(scratch.add(line.json()), line.outcome());
  }

  /** Makes a held record the record of its row. */
  void add(int row, Held held) throws IOException {
    scratch.flush();
    add(row, new RowLine(ByteString.copyFrom(scratch.read(held.number())), held.outcome()));
  }

  /** Rows that have a record. */
  int kept() {
    return saved + unsaved.size();
  }

  /** Rows whose record is durable. */
  int saved() {
    return saved;
  }

  boolean areSaved() {
    return unsaved.isEmpty();
  }

  /** Whether too many records wait to be stored to accept more. */
  boolean areMany() {
    return unsavedBytes >= MOST_UNSAVED_BYTES;
  }

  /**
   * Stores all records; returns when they are durable.
   *
   * @param done called with each row
   */
  void save(IntConsumer done) throws IOException {
    if (unsaved.isEmpty()) {
      return;
    }
    List<Unsaved> stored = List.copyOf(unsaved);
    job.log().append(stored.stream().map(each -> each.line().json()).toList());
    // Stored first, so that a full local disk loses no record.
    unsaved.clear();
    unsavedBytes = 0;
    saved += stored.size();
    for (Unsaved each : stored) {
      records[each.row()] = scratch.add(each.line().json());
      metrics.stored(job.stage(), each.line().outcome());
      done.accept(each.row());
    }
  }

  /**
   * Commits the shard; all of its rows must have a record.
   *
   * @param tick called after some rows
   */
  Manifest commit(Runnable tick) throws IOException {
    scratch.flush();
    return job.log()
        .commit(
            records.length,
            output -> {
              try (RowWriter writer = new RowWriter(output)) {
                for (int row = 0; row < records.length; row++) {
                  writer.line(scratch.read(records[row]));
                  if (row % ROWS_A_TICK == 0) {
                    tick.run();
                  }
                }
              }
            });
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }
}
