package io.retort.ingest;

import io.retort.store.Hashes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** One file of a source. */
interface DataFile {
  /**
   * Path below the source's folder, with slashes, or the file's name. Samples contain it, so that
   * the same data in another folder result in the same snapshot.
   */
  String name();

  /** The location of the file, for messages. */
  String location();

  /** Revision of a data set of the hub: {@code hf://datasets/OWNER/NAME@COMMIT}. */
  default Optional<String> revision() {
    return Optional.empty();
  }

  /**
   * A hash of the content, independent of the file's name.
   *
   * @param alive called while bytes are read; an exception from it ends the reading
   * @throws io.temporal.failure.ApplicationFailure as {@link #open}
   */
  default String digest(Runnable alive) throws IOException {
    try (Copy copy = open();
        InputStream input = Files.newInputStream(copy.path())) {
      return Hashes.sha256Hex(input, alive);
    }
  }

  /**
   * Makes the file available on the local disk.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     PLATFORM/HUB_UNREACHABLE
   */
  Copy open() throws IOException;

  /** A local file, available until it is closed. */
  interface Copy extends AutoCloseable {
    Path path();

    @Override
    void close() throws IOException;
  }
}
