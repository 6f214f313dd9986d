package io.retort.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One kind of exported rows in each of its layouts.
 *
 * @param name prefix of the names of its Parquet files
 * @param columns SQL types of the Parquet files' columns by name, in order
 * @param parquet a row's columns; empty for a row that is not exported
 * @param lines a row as a line of JSON, by the folder of the files
 * @param models that made the row
 * @param promptVersions of the prompts that made the row
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

  /** Path of a kind's Parquet files without their number. */
  static String parquetPrefix(String kind) {
    return "data/" + kind;
  }
}
