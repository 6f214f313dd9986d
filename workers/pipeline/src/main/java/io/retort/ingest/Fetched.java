package io.retort.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A copy that was fetched onto this machine, and goes when it is closed. */
record Fetched(Path path) implements DataFile.Copy {
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
