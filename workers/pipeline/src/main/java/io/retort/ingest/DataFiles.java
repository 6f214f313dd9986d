package io.retort.ingest;

import io.retort.store.DataRoots;
import io.retort.store.Locations;
import io.retort.store.Store;
import java.io.IOException;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Function;

/** The files of a source in any supported location. */
final class DataFiles {
  /** Name of the field for messages. */
  static final String FIELD = "data";

  private final Hub hub;
  private final Function<String, Store> stores;
  private final DataRoots roots;
  private final Runnable alive;
  private final NavigableSet<String> revisions = new TreeSet<>();

  /**
   * @param stores opens the store that serves a URI
   * @param roots allowed locations of files
   * @param alive called while files are fetched and read; an exception from it ends the work
   */
  DataFiles(Hub hub, Function<String, Store> stores, DataRoots roots, Runnable alive) {
    this.hub = hub;
    this.stores = stores;
    this.roots = roots;
    this.alive = alive;
  }

  /** The data sets of the hub whose files were requested, each with its commit. */
  List<String> revisions() {
    return List.copyOf(revisions);
  }

  /** Must be called about once a second while the files are read. */
  void alive() {
    alive.run();
  }

  /**
   * The files of a location in the order of their paths, at least one.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     USER/LOCATION_FORBIDDEN, PLATFORM/HUB_UNREACHABLE
   */
  List<DataFile> of(String location) throws IOException {
    if (location.startsWith(HubReference.SCHEME)) {
      List<DataFile> files = hub.files(HubReference.parse(location), alive);
      files.forEach(file -> file.revision().ifPresent(revisions::add));
      return files;
    }
    if (Locations.isServed(location) && !Locations.isLocal(location)) {
      roots.require(FIELD, location);
      return new StoreFiles(stores.apply(location), alive).of(location);
    }
    return new LocalFiles(roots).of(location);
  }
}
