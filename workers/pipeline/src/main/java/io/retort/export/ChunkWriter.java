package io.retort.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.Closer;
import io.retort.store.LocalContent;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.ExportChunk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Writes the rows of some shards in all layouts of their kind at once. The files stay on the local
 * disk until they are complete.
 *
 * <p>Not thread-safe.
 */
final class ChunkWriter<R> implements Closeable {
  private static final long MOST_BYTES = 256L << 20;

  private final Store store;
  private final String folderUri;
  private final ExportKind<R> kind;
  private final int number;
  private final int rowsInFile;
  private final Runnable alive;
  private final ParquetFiles parquet;
  private final Map<String, SpooledFile> lines = new LinkedHashMap<>();
  private final TreeSet<String> models = new TreeSet<>();
  private final TreeSet<String> promptVersions = new TreeSet<>();
  private long rows;
  private long bytes;

  /**
   * @param number of the chunk, 0-based
   * @param parquetFiles number of Parquet files in earlier chunks
   * @param rowsInFile maximum number of rows in a Parquet file
   * @param alive called while files are written; ends the work by throwing
   */
  ChunkWriter(
      Store store,
      String folderUri,
      ExportKind<R> kind,
      int number,
      int parquetFiles,
      int rowsInFile,
      Runnable alive)
      throws IOException {
    this.store = store;
    this.folderUri = folderUri;
    this.kind = kind;
    this.number = number;
    this.rowsInFile = rowsInFile;
    this.alive = alive;
    parquet =
        new ParquetFiles(
            store,
            folderUri,
            ExportKind.parquetPrefix(kind.name()),
            kind.columns(),
            rowsInFile,
            parquetFiles,
            alive);
    try {
      for (String folder : kind.lines().keySet()) {
        lines.put(folder, new SpooledFile(Files.createTempFile("retort-export-", ".jsonl")));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Writes a row unless it is not exported. Returns whether it was written. */
  boolean add(R row) throws IOException {
    Optional<ObjectNode> columns = kind.parquet().apply(row);
    if (columns.isEmpty()) {
      return false;
    }
    parquet.add(columns.get());
    for (Map.Entry<String, Function<R, ObjectNode>> layout : kind.lines().entrySet()) {
      byte[] line = (layout.getValue().apply(row) + "\n").getBytes(StandardCharsets.UTF_8);
      file(layout.getKey()).write(line);
      bytes += line.length;
    }
    models.addAll(kind.models().apply(row));
    promptVersions.addAll(kind.promptVersions().apply(row));
    rows++;
    return true;
  }

  /** Whether it contains enough rows to be finished. */
  boolean isFull() {
    return rows >= rowsInFile || bytes >= MOST_BYTES;
  }

  /**
   * Stores the files.
   *
   * @param nextShard number of the shard after the last one
   */
  ExportChunk finish(int nextShard) throws IOException {
    List<ArtifactRef> files = new ArrayList<>(parquet.finish());
    for (Map.Entry<String, SpooledFile> entry : lines.entrySet()) {
      entry.getValue().finish();
      if (rows > 0) {
        String name = String.format(Locale.ROOT, "%s/part-%05d.jsonl", entry.getKey(), number);
        Path path = entry.getValue().path();
        ArtifactRef file =
            store.write(Store.resolve(folderUri, name), LocalContent.of(path, alive));
        files.add(file.toBuilder().setUri(name).setRows(rows).build());
      }
    }
    return ExportChunk.newBuilder()
        .setNextShard(nextShard)
        .addAllFiles(files)
        .addAllModels(models)
        .addAllPromptVersions(promptVersions)
        .build();
  }

  /** Removes the local files. */
  @Override
  public void close() throws IOException {
    // Deletes each file even if another deletion fails.
    try (Closer all = Closer.create()) {
      all.register(parquet);
      lines.values().forEach(all::register);
    }
  }

  private SpooledFile file(String folder) {
    return Objects.requireNonNull(lines.get(folder), "a file for each layout");
  }
}
