package io.retort.store;

import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Objects by absolute URI. A reader never sees a partial object: an object becomes visible as a
 * whole when its writer has finished.
 *
 * <p>Every method throws {@link IOException} on a platform fault, {@link
 * java.nio.file.NoSuchFileException} for a missing object, and {@link StoreRefusedException} for a
 * store that a person has to set up correctly first.
 */
public interface Store {
  /**
   * Opens the store that serves the URI scheme of {@code root}.
   *
   * @throws IllegalArgumentException for a scheme that is not served
   * @throws io.retort.worker.ConfigurationException if its configuration in the environment is
   *     invalid
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

  /**
   * Up to {@code most} bytes of an object from an offset on: fewer where the object ends, none from
   * its end on. Nothing else of the object is transferred.
   */
  byte[] read(String uri, long offset, int most) throws IOException;

  boolean exists(String uri) throws IOException;

  /** Size of an object in bytes. */
  long size(String uri) throws IOException;

  /**
   * Names (not URIs) of the objects and folders directly in a folder, sorted; empty if the folder
   * does not exist. Excludes names that begin with a dot, which the store uses itself.
   */
  List<String> list(String folderUri) throws IOException;

  /**
   * The first names that {@link #list(String)} has after one of them, of a folder that holds
   * objects only; fewer where there are no more. Costs no more than it returns, except on a file
   * system.
   *
   * @param after empty for the first ones
   */
  default List<String> list(String folderUri, String after, int most) throws IOException {
    return list(folderUri).stream().filter(name -> name.compareTo(after) > 0).limit(most).toList();
  }

  /**
   * Paths of the objects at any depth below a folder, relative to it and sorted, without the names
   * that {@link #list} excludes. An empty folder, which only file systems have, is listed like an
   * object.
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
   * Visits the objects that {@link #listBelow} names, in no certain order and without holding all
   * of them.
   */
  default void visitBelow(String folderUri, Visitor visitor) throws IOException {
    for (String path : listBelow(folderUri)) {
      visitor.visit(path, size(resolve(folderUri, path)), "");
    }
  }

  /** Writes an object, or replaces it as a whole. Returns its hash and size; rows is 0. */
  ArtifactRef write(String uri, Content content) throws IOException;

  /**
   * Writes an object unless it exists; returns whether this call wrote it. If two callers write at
   * once, exactly one succeeds.
   */
  boolean writeIfAbsent(String uri, Content content) throws IOException;

  /**
   * Replaces an object by the result of {@code change} atomically with respect to all writers that
   * use this method, in this process or another. Returns whether an object was written.
   */
  boolean update(String uri, Change change) throws IOException;

  /** Deletes an object, or a folder with all its content; does nothing if it does not exist. */
  void delete(String uri) throws IOException;

  /** Appends {@code path} to a folder's URI. */
  static String resolve(String folderUri, String path) {
    return folderUri.endsWith("/") ? folderUri + path : folderUri + "/" + path;
  }

  /** Writes an object's bytes; called once. The store closes the stream; the content must not. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream output) throws IOException;
  }

  /** Determines the next content of an object. */
  @FunctionalInterface
  interface Change {
    /**
     * @param current the stored bytes, empty if the object does not exist
     * @return the bytes to store, empty to leave the object as it is
     */
    Optional<byte[]> apply(Optional<byte[]> current) throws IOException;
  }

  /** Receives objects. */
  @FunctionalInterface
  interface Visitor {
    /**
     * @param path below the folder
     * @param size in bytes
     * @param version changes with the content, as far as the store tells; else empty
     */
    void visit(String path, long size, String version) throws IOException;

    /** Called for an object whose name is not listed, where the store comes by it. */
    default void skipped() throws IOException {}
  }
}
