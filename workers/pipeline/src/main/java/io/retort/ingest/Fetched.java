package io.retort.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A local copy of a remote file, deleted when it is closed. */
record Fetched(Path path) implements DataFile.Copy {
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(path);
  }
}
