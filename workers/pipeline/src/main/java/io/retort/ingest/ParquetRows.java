package io.retort.ingest;

import io.retort.failure.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a Parquet file, each as the JSON object of its columns. DuckDB streams them; outside the
 * Java heap it may use 512 MiB. It loads and downloads no extensions: what it needs is built in.
 */
final class ParquetRows implements RowReader {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "jdbc_stream_results", "true",
          "threads", "1",
          "memory_limit", "512MiB",
          // Nothing is spilled: rows pass through.
          "temp_directory", "",
          "autoinstall_known_extensions", "false",
          "autoload_known_extensions", "false");

  /** The alias stands for the whole row, so it must not be the name of a column. */
  private static final String QUERY =
      "SELECT strlen(json), CASE WHEN strlen(json) <= "
          + RawRow.LONGEST_BYTES
          + " THEN json ELSE '' END FROM (SELECT to_json(retort_whole_row)::VARCHAR AS json"
          + " FROM read_parquet(?) AS retort_whole_row)";

  private final String location;
  private final Connection connection;
  private final PreparedStatement statement;
  private final ResultSet rows;
  private long number;

  private ParquetRows(
      String location, Connection connection, PreparedStatement statement, ResultSet rows) {
    this.location = location;
    this.connection = connection;
    this.statement = statement;
    this.rows = rows;
  }

  /**
   * @param location the file as messages name it
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_CORRUPT
   */
  static ParquetRows open(Path file, String location) {
    Connection connection = connect();
    try {
      PreparedStatement statement = connection.prepareStatement(QUERY);
      statement.setString(1, withoutWildcards(file.toString()));
      return new ParquetRows(location, connection, statement, statement.executeQuery());
    } catch (SQLException e) {
      close(connection);
      throw corrupt(location, 0, e);
    }
  }

  @Override
  public @Nullable RawRow next() {
    try {
      if (!rows.next()) {
        return null;
      }
      number++;
      byte[] json = rows.getString(2).getBytes(StandardCharsets.UTF_8);
      return RawRow.of(number, json, rows.getLong(1));
    } catch (SQLException e) {
      throw corrupt(location, number, e);
    }
  }

  @Override
  public void close() throws IOException {
    try (connection;
        statement;
        rows) {
      // Closed in the order of their opening, backwards.
    } catch (SQLException e) {
      throw new IOException(location + ": " + e.getMessage(), e);
    }
  }

  private static Connection connect() {
    Properties properties = new Properties();
    properties.putAll(SETTINGS);
    try {
      return DriverManager.getConnection("jdbc:duckdb:", properties);
    } catch (SQLException e) {
      throw Failures.platform(
          "DUCKDB_FAILED", "DuckDB, which reads Parquet, does not start: " + e.getMessage(), e);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw Failures.platform("DUCKDB_FAILED", String.valueOf(e.getMessage()), e);
    }
  }

  /** DuckDB reads a path as a pattern. */
  private static String withoutWildcards(String path) {
    return path.replaceAll("[*?\\[]", "[$0]");
  }

  private static RuntimeException corrupt(String location, long number, SQLException e) {
    String message = String.valueOf(e.getMessage());
    if (message.startsWith("Out of Memory")) {
      return Failures.user(
          "DATA_TOO_LARGE",
          "data: "
              + location
              + " after row "
              + number
              + ": a row group does not fit in "
              + SETTINGS.get("memory_limit")
              + " (expected: smaller row groups; write the file again with fewer rows in each)");
    }
    return Failures.user(
        "DATA_CORRUPT",
        "data: "
            + location
            + " after row "
            + number
            + ": "
            + message.lines().findFirst().orElse("")
            + " (expected: a whole Parquet file; fetch or write it again)");
  }
}
