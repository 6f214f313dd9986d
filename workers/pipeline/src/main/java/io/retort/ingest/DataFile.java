package io.retort.ingest;

import java.io.IOException;
import java.nio.file.Path;

/** One file of a source. */
interface DataFile {
  /**
   * Its path below the source's folder, with slashes, or its name alone: what samples name, so that
   * the same data in another folder are the same snapshot.
   */
  String name();

  /** Where it lies, as messages tell it. */
  String location();

  /**
   * Brings the file onto this machine.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     PLATFORM/HUB_UNREACHABLE
   */
  Copy open() throws IOException;

  /** A file on this machine, there until it is closed. */
  interface Copy extends AutoCloseable {
    Path path();

    @Override
    void close() throws IOException;
  }
}
