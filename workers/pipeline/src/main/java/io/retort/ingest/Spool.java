package io.retort.ingest;

import io.retort.store.Rows;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import io.retort.worker.ProtoJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set on its way: until all of it is read nobody knows its address, so its parts wait on
 * this machine's disk (in {@code java.io.tmpdir}), as they will be stored.
 */
final class Spool implements AutoCloseable {
  private final int shardRows;
  private final ScratchFile parts;
  private final ScratchFile refusals;
  private final List<Part> ends = new ArrayList<>();
  private final List<Sample> shard = new ArrayList<>();

  private record Part(long start, long bytes, int rows) {}

  Spool(int shardRows) throws IOException {
    this.shardRows = shardRows;
    parts = new ScratchFile();
    try {
      refusals = new ScratchFile();
    } catch (IOException e) {
      parts.close();
      throw e;
    }
  }

  void add(Sample sample) throws IOException {
    shard.add(sample);
    if (shard.size() == shardRows) {
      flush();
    }
  }

  void add(QuarantinedRow row) throws IOException {
    refusals.output().write((ProtoJson.print(row) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Ends the last part, which may have fewer rows than the others. */
  void flush() throws IOException {
    if (!shard.isEmpty()) {
      long start = parts.size();
      Rows.content(shard).writeTo(parts.output());
      ends.add(new Part(start, parts.size() - start, shard.size()));
      shard.clear();
    }
  }

  int parts() {
    return ends.size();
  }

  int rows(int part) {
    return ends.get(part).rows();
  }

  void copyPart(int part, OutputStream output) throws IOException {
    parts.copy(ends.get(part).start(), ends.get(part).bytes(), output);
  }

  /** JSON Lines of {@link QuarantinedRow}. */
  void copyRefusals(OutputStream output) throws IOException {
    refusals.copy(0, refusals.size(), output);
  }

  @Override
  public void close() throws IOException {
    try (parts;
        refusals) {
      shard.clear();
    }
  }
}
