package io.retort.release;

import io.retort.failure.Failures;
import io.retort.store.Hashes;
import io.retort.store.Store;
import io.retort.v1.ExportResult;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Map;
import java.util.TreeMap;

/** Checks that an exported model lies in the store as its exporter says. */
final class ExportCheck {
  /**
   * @param alive called while the bytes of the model are read
   * @throws ApplicationFailure PLATFORM/EXPORT_INCOMPLETE naming the first file that is missing or
   *     has other bytes
   */
  static void check(Store store, ExportResult export, Runnable alive) throws IOException {
    if (export.getFilesCount() == 0) {
      throw incomplete(export, "files: none (expected: the files of a model)");
    }
    for (Map.Entry<String, String> file : new TreeMap<>(export.getFilesMap()).entrySet()) {
      checkFile(store, export, file.getKey(), file.getValue(), alive);
    }
  }

  private static void checkFile(
      Store store, ExportResult export, String name, String expected, Runnable alive)
      throws IOException {
    if (name.startsWith("/") || name.matches("(.*/)?\\.\\.(/.*)?")) {
      throw incomplete(export, "file " + name + " (expected: a name inside the version)");
    }
    try {
      String actual = Hashes.sha256Hex(store, Store.resolve(export.getModelUri(), name), alive);
      if (!actual.equals(expected)) {
        throw incomplete(
            export, "file " + name + ": sha256 " + actual + " (expected: " + expected + ")");
      }
    } catch (NoSuchFileException e) {
      throw incomplete(export, "file " + name + ": missing (expected: sha256 " + expected + ")");
    }
  }

  private static ApplicationFailure incomplete(ExportResult export, String what) {
    return Failures.platform("EXPORT_INCOMPLETE", export.getModelUri() + ": " + what, null);
  }

  private ExportCheck() {}
}
