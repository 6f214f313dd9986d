package io.retort.registry;

import io.retort.store.Hashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The identity of a version: its files, whichever run published them. */
public final class ContentDigest {
  /** The model card. It names the run and the version, so it differs where the model does not. */
  static final String MODEL_CARD = "README.md";

  /**
   * Lower-case hex SHA-256 over the names and hashes of all files but the model card.
   *
   * @param files SHA-256 of every file, by name
   */
  public static String of(Map<String, String> files) {
    List<String> parts = new ArrayList<>();
    new TreeMap<>(files)
        .forEach(
            (name, sha256) -> {
              if (!name.equals(MODEL_CARD)) {
                parts.add(name);
                parts.add(sha256);
              }
            });
    return Hashes.sha256Hex(parts.toArray(String[]::new));
  }

  private ContentDigest() {}
}
