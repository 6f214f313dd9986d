package io.retort.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One kind of exported rows, in each layout that it is written in.
 *
 * @param name begins the names of its Parquet files
 * @param columns SQL types of the Parquet files' columns by name, in order
 * @param parquet a row's columns; empty for a row that is not exported
 * @param lines a row as a line of JSON, by the folder of such files
 * @param models that made the row
 * @param promptVersions that the row was made with
 */
record ExportKind<R>(
    String name,
    Map<String, String> columns,
    Function<R, Optional<ObjectNode>> parquet,
    Map<String, Function<R, ObjectNode>> lines,
    Function<R, List<String>> models,
    Function<R, List<String>> promptVersions) {
  static final String SFT = "sft";
  static final String PAIRS = "pairs";

  /** Path of a kind's Parquet files, up to their number. */
  static String parquetPrefix(String kind) {
    return "data/" + kind;
  }
}
