package io.retort.trigger;

import io.retort.failure.Failures;
import io.retort.ingest.DataNames;
import io.retort.store.DataRoots;
import io.retort.store.Locations;
import io.retort.store.Store;
import io.retort.v1.WatchedDataSource;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** The files that count in a watched location. */
final class WatchedFiles {
  /** Name of the field for messages. */
  private static final String FIELD = "watched_data.uri";

  private final Function<String, Store> stores;
  private final DataRoots roots;
  private final String storeUri;

  /**
   * @param stores opens the store that serves a URI
   * @param storeUri the store of the runs, which is not watched
   */
  WatchedFiles(Function<String, Store> stores, DataRoots roots, String storeUri) {
    this.stores = stores;
    this.roots = roots;
    this.storeUri = storeUri;
  }

  /**
   * Checks a location without looking what is there.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/LOCATION_FORBIDDEN
   */
  void require(String uri) throws IOException {
    if (!Locations.isServed(uri) || (Locations.isLocal(uri) && Locations.path(uri).isEmpty())) {
      throw Failures.user(
          "LOCATION_FORBIDDEN", FIELD + ": " + uri + " (expected: " + Locations.EXPECTED + ")");
    }
    roots.require(FIELD, uri);
    if (WatchOverlap.of(uri, storeUri)) {
      throw WatchOverlap.refusal(FIELD, uri, storeUri);
    }
  }

  /**
   * Visits the files, in no certain order. Names that begin with a dot do not count.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/LOCATION_FORBIDDEN, USER/DATA_NOT_FOUND
   */
  void visit(WatchedDataSource source, Visitor visitor) throws IOException {
    require(source.getUri());
    Predicate<String> counts = counting(source.getPattern());
    Optional<Path> folder = Locations.path(source.getUri());
    if (folder.isPresent()) {
      visitFolder(folder.get(), counts, visitor);
      return;
    }
    String prefix = source.getUri().replaceFirst("/+$", "");
    stores
        .apply(prefix)
        .visitBelow(
            prefix,
            new Store.Visitor() {
              @Override
              public void visit(String path, long size, String version) throws IOException {
                visitor.alive();
                if (counts.test(path)) {
                  visitor.file(Store.resolve(prefix, path), path, size, version);
                }
              }

              @Override
              public void skipped() throws IOException {
                visitor.alive();
              }
            });
  }

  private static Predicate<String> counting(String pattern) {
    return pattern.isEmpty()
        ? path -> DataNames.isData(path.substring(path.lastIndexOf('/') + 1))
        : PathPattern.of(pattern)::matches;
  }

  private void visitFolder(Path folder, Predicate<String> counts, Visitor visitor)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw Failures.user(
          "DATA_NOT_FOUND",
          FIELD
              + ": "
              + folder
              + (Files.exists(folder) ? ": no folder" : ": no such folder")
              + " (expected: a folder that the pipeline workers can read)");
    }
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            visitor.alive();
            if (!path.equals(folder) && isHidden(path)) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            requireLink(path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            visitor.alive();
            String name = folder.relativize(path).toString();
            if (attributes.isRegularFile() && !isHidden(path) && counts.test(name)) {
              requireLink(path);
              visitor.file(
                  path.toString(),
                  name,
                  attributes.size(),
                  String.valueOf(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS)));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException failure)
              throws IOException {
            visitor.alive();
            // A link to a folder around it, deleted since its folder was listed, or a link to
            // nothing.
            if (failure instanceof FileSystemLoopException
                || failure instanceof NoSuchFileException
                || failure instanceof NotDirectoryException
                || (!path.equals(folder) && isHidden(path))) {
              return FileVisitResult.CONTINUE;
            }
            if (failure instanceof AccessDeniedException) {
              throw Failures.user(
                  "DATA_NOT_FOUND",
                  FIELD
                      + ": "
                      + path
                      + ": not readable (expected: a folder that the pipeline workers can read, or"
                      + " one below it to watch)");
            }
            throw failure;
          }
        });
  }

  /** A link must not lead to where the worker does not let specs read. */
  private void requireLink(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      Path real = roots.real(FIELD, path);
      if (WatchOverlap.of(real.toString(), storeUri)) {
        throw WatchOverlap.refusal(FIELD, path + " leads to " + real, storeUri);
      }
    }
  }

  private static boolean isHidden(Path path) {
    return String.valueOf(path.getFileName()).startsWith(".");
  }

  /** Receives files that count. */
  interface Visitor {
    /**
     * Called for each file and folder, also for those that do not count; an exception ends the
     * visit.
     */
    void alive() throws IOException;

    /**
     * @param uri as a spec can name it
     * @param path below the location
     * @param size in bytes
     * @param version changes with the content, as far as the location tells
     */
    void file(String uri, String path, long size, String version) throws IOException;
  }
}
