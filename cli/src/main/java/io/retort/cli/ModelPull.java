package io.retort.cli;

import io.retort.store.Hashes;
import io.retort.store.Store;
import io.retort.v1.ModelVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Copies the files of a version out of the store. */
final class ModelPull {
  private static final String PROVENANCE = "provenance.json";
  private static final String PARTIAL = ".part";

  /**
   * @param folder created if it is missing; must be empty
   * @throws CommandException if the folder is not empty, or a file differs from the published one
   */
  static void pull(ModelVersion version, Path folder) throws IOException {
    Files.createDirectories(folder);
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new CommandException(folder + ": not empty (expected: a new or empty folder)");
      }
    }
    Store store = Store.open(version.getModelUri());
    Path root = folder.toAbsolutePath().normalize();
    for (Map.Entry<String, String> file :
        new TreeMap<>(version.getProvenance().getFilesMap()).entrySet()) {
      Path target = root.resolve(file.getKey()).normalize();
      if (!target.startsWith(root) || target.equals(root)) {
        throw new CommandException(
            version.getModelUri()
                + ": file "
                + file.getKey()
                + " (expected: a name inside the version)");
      }
      copy(store, Store.resolve(version.getModelUri(), file.getKey()), target);
      check(target, file.getKey(), file.getValue());
    }
    copy(store, Store.resolve(version.getModelUri(), PROVENANCE), root.resolve(PROVENANCE));
  }

  private static void copy(Store store, String uri, Path target) throws IOException {
    Path parent = target.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path partial = target.resolveSibling(target.getFileName() + PARTIAL);
    try (InputStream input = store.read(uri)) {
      Files.copy(input, partial);
      Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      throw new CommandException(uri + ": missing (expected: a file of the version)");
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  private static void check(Path target, String name, String expected) throws IOException {
    String actual;
    try (InputStream input = Files.newInputStream(target)) {
      actual = Hashes.sha256Hex(input, () -> {});
    }
    if (!actual.equals(expected)) {
      Files.delete(target);
      throw new CommandException(
          "file " + name + ": sha256 " + actual + " (expected: " + expected + ", as published)");
    }
  }

  private ModelPull() {}
}
