package io.retort.registry;

import io.retort.store.Hashes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The identity of a version: its files, whichever run published them. */
public final class ContentDigest {
  /** Folder of the scores in the hub's layout. Its name is hidden from listings of a file store. */
  static final String EVAL_RESULTS = ".eval_results";

  /**
   * What is said about a model, by a run that has evaluated it: it differs where the model does
   * not.
   */
  private static final Set<String> DESCRIPTIONS =
      Set.of("README.md", "results.json", "bom.cdx.json", "provenance.intoto.json", "model.sig");

  /**
   * Lower-case hex SHA-256 over the names and hashes of all files that make the model: those that
   * describe it are left out.
   *
   * @param files SHA-256 of every file, by name
   */
  public static String of(Map<String, String> files) {
    List<String> parts = new ArrayList<>();
    new TreeMap<>(files)
        .forEach(
            (name, sha256) -> {
              if (!DESCRIPTIONS.contains(name) && !name.startsWith(EVAL_RESULTS + "/")) {
                parts.add(name);
                parts.add(sha256);
              }
            });
    return Hashes.sha256Hex(parts.toArray(String[]::new));
  }

  private ContentDigest() {}
}
