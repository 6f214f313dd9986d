package io.retort.ingest;

import io.retort.failure.Failures;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of this machine. */
record LocalFile(String name, Path path) implements DataFile, DataFile.Copy {
  @Override
  public String location() {
    return path.toString();
  }

  @Override
  public Copy open() {
    if (!Files.isReadable(path)) {
      throw Failures.user(
          "DATA_NOT_FOUND",
          "data: "
              + path
              + (Files.exists(path) ? ": not readable" : ": no such file")
              + " (expected: a readable file)");
    }
    return this;
  }

  /** The file stays. */
  @Override
  public void close() {}
}
