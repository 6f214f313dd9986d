package io.retort.trigger;

import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.FoundFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;

/** What watches have in the store: objects whose names are made from their content. */
final class WatchObjects {
  private static final String SEEN = "seen-";

  private final Store store;
  private final String storeUri;

  WatchObjects(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Returns the object's name. */
  String writeSeen(String trigger, FileSet seen) throws IOException {
    String name = SEEN + seen.digest();
    boolean unused = store.writeIfAbsent(uri(trigger, name), output -> output.write(seen.bytes()));
    return name;
  }

  /**
   * @throws CorruptArtifactException for an object that is not there, or is another
   */
  FileSet readSeen(String trigger, String name) throws IOException {
    String uri = uri(trigger, name);
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

  void writeFound(String trigger, String name, FoundFiles found) throws IOException {
    boolean unused =
        store.writeIfAbsent(
            uri(trigger, name), output -> output.write(StoredMessages.bytes(found)));
  }

  void delete(String trigger, String name) throws IOException {
    store.delete(uri(trigger, name));
  }

  private String uri(String trigger, String name) {
    return RunLayout.watched(storeUri, trigger, name);
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
