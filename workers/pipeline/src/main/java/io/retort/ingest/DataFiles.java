package io.retort.ingest;

import java.io.IOException;
import java.util.List;

/** The files of a source, wherever they lie. */
final class DataFiles {
  private final Hub hub;
  private final Runnable alive;

  /**
   * @param alive called while files are fetched and read; what it throws ends that
   */
  DataFiles(Hub hub, Runnable alive) {
    this.hub = hub;
    this.alive = alive;
  }

  /** To be called by who reads the files, every second or so. */
  void alive() {
    alive.run();
  }

  /**
   * In the order of their paths, at least one.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     PLATFORM/HUB_UNREACHABLE
   */
  List<DataFile> of(String location) throws IOException {
    return location.startsWith(HubReference.SCHEME)
        ? hub.files(HubReference.parse(location), alive)
        : LocalFiles.of(location);
  }
}
