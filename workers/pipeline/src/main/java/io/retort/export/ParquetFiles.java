package io.retort.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.store.LocalContent;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows as Parquet files in a folder of the store: {@code <prefix>-00000.parquet}, {@code
 * <prefix>-00001.parquet}, ... A new file starts after a number of rows or bytes.
 *
 * <p>The rows of one file are spooled to the local disk as JSON Lines, DuckDB converts them to a
 * local Parquet file, and that file is copied into the store. Memory stays bounded, and the store
 * never contains a partial file. Uses one thread, so that equal rows result in equal bytes.
 *
 * <p>Not thread-safe.
 */
final class ParquetFiles implements Closeable {
  private static final long MOST_BYTES = 256L << 20;
  private static final long LEAST_ROW_LIMIT = 16L << 20;
  private static final int ROWS_IN_GROUP = 10_000;

  private final Store store;
  private final String folderUri;
  private final String prefix;
  private final Map<String, String> columns;
  private final int rowsInFile;
  private final int firstNumber;
  private final Runnable alive;
  private final Path work;
  private final List<ArtifactRef> written = new ArrayList<>();

  private @Nullable OutputStream lines;
  private long rows;
  private long bytes;
  private long longest;

  /**
   * @param prefix of the files' names, below the folder: {@code data/sft}
   * @param columns SQL types by name, in order
   * @param rowsInFile maximum number of rows in a file, at least 1
   * @param firstNumber of the first file
   * @param alive called while files are written; ends the work by throwing
   */
  ParquetFiles(
      Store store,
      String folderUri,
      String prefix,
      Map<String, String> columns,
      int rowsInFile,
      int firstNumber,
      Runnable alive)
      throws IOException {
    this.store = store;
    this.folderUri = folderUri;
    this.prefix = prefix;
    this.columns = columns;
    this.rowsInFile = rowsInFile;
    this.firstNumber = firstNumber;
    this.alive = alive;
    this.work = Files.createTempDirectory("retort-export-");
  }

  void add(ObjectNode row) throws IOException {
    if (lines == null) {
      lines = new BufferedOutputStream(Files.newOutputStream(linesFile()));
    }
    byte[] line = (row + "\n").getBytes(StandardCharsets.UTF_8);
    lines.write(line);
    rows++;
    bytes += line.length;
    longest = Math.max(longest, line.length);
    if (rows == rowsInFile || bytes >= MOST_BYTES) {
      finishFile();
    }
  }

  /** Writes the remaining rows; returns all files, their URIs relative to the folder. */
  List<ArtifactRef> finish() throws IOException {
    if (rows > 0) {
      finishFile();
    }
    return List.copyOf(written);
  }

  /** Removes the local files. */
  @Override
  public void close() throws IOException {
    try {
      if (lines != null) {
        lines.close();
      }
    } finally {
      try (Stream<Path> files = Files.walk(work)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private void finishFile() throws IOException {
    if (lines != null) {
      lines.close();
      lines = null;
    }
    Path parquet = work.resolve("rows.parquet");
    alive.run();
    convert(parquet);
    String name =
        String.format(Locale.ROOT, "%s-%05d.parquet", prefix, firstNumber + written.size());
    ArtifactRef file = store.write(Store.resolve(folderUri, name), LocalContent.of(parquet, alive));
    written.add(file.toBuilder().setUri(name).setRows(rows).build());
    Files.delete(parquet);
    rows = 0;
    bytes = 0;
    longest = 0;
  }

  private void convert(Path parquet) throws IOException {
    String types =
        columns.entrySet().stream()
            .map(column -> quoted(column.getKey()) + ": " + quoted(column.getValue()))
            .collect(Collectors.joining(", "));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET autoinstall_known_extensions = false");
      statement.execute("SET threads = 1");
      statement.execute("SET memory_limit = '1GiB'");
      statement.execute("SET temp_directory = " + quoted(work.resolve("spill").toString()));
      statement.execute(
          "COPY (SELECT * FROM read_json("
              + quoted(linesFile().toString())
              + ", format = 'newline_delimited', maximum_object_size = "
              + Math.max(LEAST_ROW_LIMIT, 2 * longest)
              + ", columns = {"
              + types
              + "})) TO "
              + quoted(parquet.toString())
              + " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE "
              + ROWS_IN_GROUP
              + ")");
    } catch (SQLException e) {
      throw new IOException(
          "Parquet file " + prefix + "-" + (firstNumber + written.size()) + ": " + e.getMessage(),
          e);
    }
  }

  private Path linesFile() {
    return work.resolve("rows.jsonl");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
