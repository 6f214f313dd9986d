package io.retort.cli;

import static java.util.Objects.requireNonNull;

import io.retort.spec.SpecException;
import io.retort.spec.SpecPaths;
import io.retort.spec.SpecReader;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A spec on disk; relative paths in it are taken from its own folder. */
final class SpecFile {
  static RunSpec read(Path file, List<String> overrides) throws IOException, SpecException {
    Path absolute = file.toAbsolutePath();
    return SpecPaths.resolve(
        SpecReader.read(Files.readString(absolute), overrides),
        requireNonNull(absolute.getParent()));
  }

  private SpecFile() {}
}
