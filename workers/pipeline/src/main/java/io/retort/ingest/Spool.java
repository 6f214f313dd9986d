package io.retort.ingest;

import io.retort.store.ProtoJson;
import io.retort.store.RowWriter;
import io.retort.store.ScratchFile;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An unfinished data set. Its address is known only after all rows are read, so its parts are kept
 * on the local disk (in {@code java.io.tmpdir}) in their stored form.
 */
final class Spool implements AutoCloseable {
  private final int shardRows;
  private final ScratchFile parts;
  private final ScratchFile refusals;
  private final List<Part> ends = new ArrayList<>();
  private @Nullable RowWriter part;
  private long start;
  private int rows;

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
    RowWriter open = part;
    if (open == null) {
      start = parts.size();
      open = new RowWriter(parts.output());
      part = open;
    }
    open.write(sample);
    rows++;
    if (rows == shardRows) {
      flush();
    }
  }

  void add(QuarantinedRow row) throws IOException {
    refusals.output().write((ProtoJson.print(row) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Ends the last part, which may have fewer rows than the others. */
  void flush() throws IOException {
    RowWriter open = part;
    if (open != null) {
      open.close();
      ends.add(new Part(start, parts.size() - start, rows));
      part = null;
      rows = 0;
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
      // An unfinished part is useless, but its compressor holds native memory.
      flush();
    }
  }
}
