package io.retort.trigger;

import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.FoundFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;

/** What a watch has in the store: objects whose names are made from their content. */
final class WatchObjects {
  private static final String SEEN = "seen-";

  private final Store store;
  private final String watches;
  private final long sinceRevision;
  private final String folder;

  /**
   * @param sinceRevision of the trigger, which names the watch among its watches
   */
  WatchObjects(Store store, String storeUri, String trigger, long sinceRevision) {
    this.store = store;
    this.sinceRevision = sinceRevision;
    watches = RunLayout.watches(storeUri, trigger);
    folder = RunLayout.watch(storeUri, trigger, sinceRevision);
  }

  /** Returns the object's name. */
  String writeSeen(FileSet seen) throws IOException {
    String name = SEEN + seen.digest();
    boolean unused = store.writeIfAbsent(uri(name), output -> output.write(seen.bytes()));
    return name;
  }

  /**
   * @throws CorruptArtifactException for an object that is not there, or is another
   */
  FileSet readSeen(String name) throws IOException {
    String uri = uri(name);
    FileSet seen;
    try (InputStream input = store.read(uri)) {
      seen = FileSet.of(input.readAllBytes());
    } catch (NoSuchFileException e) {
      throw corrupt(uri, "is gone");
    }
    if (!name.equals(SEEN + seen.digest())) {
      throw corrupt(uri, "has other content");
    }
    return seen;
  }

  void writeFound(String name, FoundFiles found) throws IOException {
    boolean unused =
        store.writeIfAbsent(uri(name), output -> output.write(StoredMessages.bytes(found)));
  }

  void delete(String name) throws IOException {
    store.delete(uri(name));
  }

  /** Deletes what earlier watches of the trigger have left. */
  void deleteEarlier() throws IOException {
    for (String watch : store.list(watches)) {
      if (RunLayout.isWatchUpTo(watch, sinceRevision - 1)) {
        store.delete(Store.resolve(watches, watch));
      }
    }
  }

  private String uri(String name) {
    return Store.resolve(folder, name);
  }

  private static CorruptArtifactException corrupt(String uri, String what) {
    return new CorruptArtifactException(
        uri
            + " "
            + what
            + ", so it is unknown which files are new (expected: as it was written; delete the"
            + " trigger and set it again, and what is there then does not count as new)");
  }
}
