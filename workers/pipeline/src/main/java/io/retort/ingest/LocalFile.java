package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.store.DataRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A local file.
 *
 * @param path as the source gives it
 * @param roots allowed locations
 */
record LocalFile(String name, Path path, DataRoots roots) implements DataFile {
  @Override
  public String location() {
    return path.toString();
  }

  @Override
  public Copy open() throws IOException {
    // A link may have changed since the files were listed.
    Path real = roots.real(DataFiles.FIELD, path);
    if (!Files.isReadable(real)) {
      throw Failures.user(
          "DATA_NOT_FOUND",
          "data: "
              + path
              + (Files.exists(path) ? ": not readable" : ": no such file")
              + " (expected: a readable file)");
    }
    return new InPlace(real);
  }

  /** The file itself, which is not deleted. */
  private record InPlace(Path path) implements Copy {
    @Override
    public void close() {}
  }
}
