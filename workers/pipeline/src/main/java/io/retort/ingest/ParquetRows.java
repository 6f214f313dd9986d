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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a Parquet file, each as the JSON object of its columns. DuckDB streams them and may use
 * 512 MiB outside the Java heap. It uses only built-in features, and neither loads nor downloads
 * extensions.
 */
final class ParquetRows implements RowReader {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "jdbc_stream_results", "true",
          "threads", "1",
          "memory_limit", "512MiB",
          // Rows are streamed, so nothing is spilled.
          "temp_directory", "",
          "autoinstall_known_extensions", "false",
          "autoload_known_extensions", "false");

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
   * @param location the file, for messages
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_CORRUPT
   */
  static ParquetRows open(Path file, String location) {
    Connection connection = connect();
    String path = withoutWildcards(file.toString());
    try {
      PreparedStatement statement = connection.prepareStatement(query(columns(connection, path)));
      statement.setString(1, path);
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
      // Closed in reverse order of opening.
    } catch (SQLException e) {
      throw new IOException(location + ": " + e.getMessage(), e);
    }
  }

  /**
   * @param name as in the file
   * @param singlePrecision whether its values are numbers of 32 bits
   */
  private record Column(String name, boolean singlePrecision) {
    /** The column of a table, with the shortest decimals that denote its numbers. */
    String value(String reference) {
      // As a double, 0.1 would be 0.10000000149011612.
      return singlePrecision ? reference + "::VARCHAR::DOUBLE" : reference;
    }
  }

  private static List<Column> columns(Connection connection, String path) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT name, num_children, type = 'FLOAT' AND repetition_type <> 'REPEATED'"
                + " FROM parquet_schema(?)")) {
      statement.setString(1, path);
      List<Column> columns = new ArrayList<>();
      try (ResultSet elements = statement.executeQuery()) {
        // Depth first: the root, then each column followed by its nested columns.
        long nested = elements.next() ? 0 : 1;
        while (elements.next()) {
          if (nested == 0) {
            columns.add(new Column(elements.getString(1), elements.getBoolean(3)));
          } else {
            nested--;
          }
          nested += elements.getLong(2);
        }
      }
      return columns;
    }
  }

  /** DuckDB's names ignore case: of two columns that differ only in case, it renames one. */
  private static String query(List<Column> columns) {
    Set<String> lowerCase = new HashSet<>();
    boolean collide =
        columns.stream().anyMatch(column -> !lowerCase.add(column.name().toLowerCase(Locale.ROOT)));
    // The alias of the table denotes the whole row, so it must differ from all column names.
    String row = "to_json(retort_whole_row)";
    String aliases = "";
    if (collide) {
      List<String> pairs = new ArrayList<>();
      List<String> numbered = new ArrayList<>();
      for (Column column : columns) {
        String alias = "c" + numbered.size();
        pairs.add("'" + column.name().replace("'", "''") + "', " + column.value(alias));
        numbered.add(alias);
      }
      row = "json_object(" + String.join(", ", pairs) + ")";
      aliases = "(" + String.join(", ", numbered) + ")";
    }
    return "SELECT strlen(json), CASE WHEN strlen(json) <= "
        + RawRow.LONGEST_BYTES
        + " THEN json ELSE '' END FROM (SELECT "
        + row
        + "::VARCHAR AS json FROM "
        + (collide ? "read_parquet(?)" : table(columns))
        + " AS retort_whole_row"
        + aliases
        + ")";
  }

  private static String table(List<Column> columns) {
    List<String> replaced = new ArrayList<>();
    for (Column column : columns) {
      if (column.singlePrecision()) {
        String quoted = '"' + column.name().replace("\"", "\"\"") + '"';
        replaced.add(column.value(quoted) + " AS " + quoted);
      }
    }
    return replaced.isEmpty()
        ? "read_parquet(?)"
        : "(SELECT * REPLACE (" + String.join(", ", replaced) + ") FROM read_parquet(?))";
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

  /** Escapes wildcards, because DuckDB reads a path as a pattern. */
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
