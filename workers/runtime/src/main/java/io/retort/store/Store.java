package io.retort.store;

import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Objects by absolute URI. A reader never sees half an object: it appears whole when its writer has
 * finished.
 *
 * <p>Every method throws {@link IOException} on a platform fault; a missing object is {@link
 * java.nio.file.NoSuchFileException}, and a store that a person has to set up rightly first is
 * {@link StoreRefusedException}.
 */
public interface Store {
  /**
   * Opens the store that serves URIs of the scheme of {@code root}.
   *
   * @throws IllegalArgumentException for a scheme that is not served
   * @throws io.retort.worker.ConfigurationException when the environment describes it wrongly
   */
  static Store open(String root) {
    StoreScheme scheme =
        StoreScheme.of(root)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "store: "
                            + root
                            + " (expected: an absolute URI that begins with "
                            + StoreScheme.prefixes()
                            + ")"));
    return switch (scheme) {
      case FILE -> new FileStore();
      case S3 -> S3Store.shared();
    };
  }

  InputStream read(String uri) throws IOException;

  boolean exists(String uri) throws IOException;

  /** Bytes of an object. */
  long size(String uri) throws IOException;

  /**
   * Names (not URIs) of the objects and folders directly in a folder, sorted; empty where there is
   * none. Names that begin with a dot are the store's own and are left out.
   */
  List<String> list(String folderUri) throws IOException;

  /**
   * Paths below a folder of the objects at any depth in it, sorted, with those names left out that
   * {@link #list} leaves out. A folder in which is nothing, as only file systems have them, is told
   * as an object.
   */
  default List<String> listBelow(String folderUri) throws IOException {
    List<String> paths = new ArrayList<>();
    for (String name : list(folderUri)) {
      List<String> inner = listBelow(resolve(folderUri, name));
      inner.forEach(path -> paths.add(name + "/" + path));
      if (inner.isEmpty()) {
        paths.add(name);
      }
    }
    return paths.stream().sorted().toList();
  }

  /**
   * Writes an object, replacing an older one as a whole. Returns its hash and size; rows is left at
   * 0.
   */
  ArtifactRef write(String uri, Content content) throws IOException;

  /**
   * Writes an object unless one is there; returns whether this call wrote it. Of two callers one
   * wins.
   */
  boolean writeIfAbsent(String uri, Content content) throws IOException;

  /**
   * Replaces an object by what {@code change} makes of it, as one step: no writer that also uses
   * this method comes in between, in this process or another. Returns whether an object was
   * written.
   */
  boolean update(String uri, Change change) throws IOException;

  /** Deletes an object or a folder with all that is in it; does nothing where there is none. */
  void delete(String uri) throws IOException;

  /** Appends {@code path} to a folder's URI. */
  static String resolve(String folderUri, String path) {
    return folderUri.endsWith("/") ? folderUri + path : folderUri + "/" + path;
  }

  /** Writes an object's bytes; called once. The stream stays the store's: it is not closed. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream output) throws IOException;
  }

  /** Decides on the next content of an object. */
  @FunctionalInterface
  interface Change {
    /**
     * @param current the stored bytes, empty where there is no object
     * @return the bytes to store, empty to leave the object as it is
     */
    Optional<byte[]> apply(Optional<byte[]> current) throws IOException;
  }
}
