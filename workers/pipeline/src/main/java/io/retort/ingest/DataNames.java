package io.retort.ingest;

import java.util.Set;
import java.util.regex.Pattern;

/** Names of files that training data have. */
public final class DataNames {
  /** Metadata files of data sets. */
  private static final Set<String> METADATA =
      Set.of("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json");

  private static final Pattern DATA =
      Pattern.compile("(?i).*\\.(?:jsonl|ndjson|json|parquet)(?:\\.gz|\\.zst)?");

  /**
   * Whether a name indicates data, not metadata.
   *
   * @param name without folders
   */
  public static boolean isData(String name) {
    return DATA.matcher(name).matches() && !isMetadata(name);
  }

  static boolean isMetadata(String name) {
    return METADATA.contains(name);
  }

  private DataNames() {}
}
