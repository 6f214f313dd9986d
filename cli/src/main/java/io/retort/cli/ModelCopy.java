package io.retort.cli;

import io.retort.registry.ModelVersions;
import io.retort.store.Locations;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.ModelVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Copies the files of a version from the store to another place, and checks each on its way. */
final class ModelCopy {
  /** Besides the model's files: whatever a version has of them. */
  private static final List<String> RECORDS =
      List.of(ModelVersions.SCORES, ModelVersions.PROVENANCE);

  /**
   * Copies to a new or empty place.
   *
   * @param destination a folder, or a URI of a store
   * @return where the files are
   * @throws CommandException when the place is not empty, or a file has other bytes than published
   */
  static String copy(ModelVersion version, String destination) throws IOException {
    String target =
        Locations.isServed(destination)
            ? Locations.uri(destination)
                .orElseThrow(
                    () ->
                        new CommandException(
                            destination + " (expected: a folder, or " + Locations.EXPECTED + ")"))
            : Locations.uri(Path.of(destination).toAbsolutePath().toString()).orElseThrow();
    for (String name : version.getProvenance().getFilesMap().keySet()) {
      checkName(version, name);
    }
    Store to = Store.open(target);
    if (!to.list(target).isEmpty()) {
      throw new CommandException(destination + ": not empty (expected: a new or empty folder)");
    }
    Store from = Store.open(version.getModelUri());
    for (Map.Entry<String, String> file :
        new TreeMap<>(version.getProvenance().getFilesMap()).entrySet()) {
      ArtifactRef copied = copy(from, version, file.getKey(), to, target);
      if (!copied.getSha256().equals(file.getValue())) {
        to.delete(Store.resolve(target, file.getKey()));
        throw new CommandException(
            "file "
                + file.getKey()
                + ": sha256 "
                + copied.getSha256()
                + " (expected: "
                + file.getValue()
                + ", as published)");
      }
    }
    for (String name : RECORDS) {
      if (from.exists(Store.resolve(version.getModelUri(), name))) {
        ArtifactRef unused = copy(from, version, name, to, target);
      }
    }
    return target;
  }

  private static void checkName(ModelVersion version, String name) {
    boolean inside =
        !name.isEmpty()
            && !name.startsWith("/")
            && List.of(name.split("/", -1)).stream()
                .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (!inside) {
      throw new CommandException(
          version.getModelUri() + ": file " + name + " (expected: a name inside the version)");
    }
  }

  private static ArtifactRef copy(
      Store from, ModelVersion version, String name, Store to, String target) throws IOException {
    String uri = Store.resolve(version.getModelUri(), name);
    try (InputStream input = from.read(uri)) {
      return to.write(Store.resolve(target, name), output -> input.transferTo(output));
    } catch (NoSuchFileException e) {
      throw new CommandException(uri + ": missing (expected: a file of the version)");
    }
  }

  private ModelCopy() {}
}
