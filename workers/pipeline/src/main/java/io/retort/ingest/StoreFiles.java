package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.store.Hashes;
import io.retort.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files that an object, folder or glob of a store names, in the order of their paths. In a
 * folder, data files are recognised by name, because an inspection of their content would require a
 * download.
 */
final class StoreFiles {
  private static final int BLOCK_BYTES = 1 << 20;

  /** Splits a possible glob into the bucket, folders without wildcards, and the rest. */
  private static final Pattern PLACE =
      Pattern.compile("([a-z0-9]+://[^/*?\\[{]+)((?:/[^/*?\\[{]*(?=/))*+)(?:/(.*))?");

  private final Store store;
  private final Runnable alive;

  /**
   * @param alive called while files are fetched; an exception from it ends the work
   */
  StoreFiles(Store store, Runnable alive) {
    this.store = store;
    this.alive = alive;
  }

  /**
   * @param location a URI that the store serves
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND
   * @throws IOException on a fault of the store
   */
  List<DataFile> of(String location) throws IOException {
    String uri = location.replaceFirst("/+$", "");
    Matcher place = PLACE.matcher(uri);
    if (!place.matches()) {
      throw notFound(location, "no place in a bucket (expected: s3://BUCKET/PATH)");
    }
    String last = place.group(3) == null ? "" : place.group(3);
    String parent = place.group(1) + place.group(2);
    if (!last.isEmpty() && isObject(uri)) {
      return List.of(new StoreFile(uri.substring(uri.lastIndexOf('/') + 1), uri));
    }
    List<String> inFolder = store.listBelow(uri);
    alive.run();
    if (!inFolder.isEmpty()) {
      return named(location, uri, inFolder.stream().filter(StoreFiles::isData).toList());
    }
    PathGlob glob = new PathGlob(last);
    List<String> matching = store.listBelow(parent).stream().filter(glob::matches).toList();
    return named(location, parent, matching);
  }

  private boolean isObject(String uri) throws IOException {
    try {
      return store.size(uri) >= 0;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean isData(String path) {
    return DataNames.isData(path.substring(path.lastIndexOf('/') + 1));
  }

  private List<DataFile> named(String location, String folder, List<String> paths) {
    if (paths.isEmpty()) {
      throw notFound(
          location,
          "no file (expected: an object, a glob of some, or a folder with .jsonl, .ndjson, .json or"
              + " .parquet files; plain, .gz or .zst)");
    }
    return paths.stream()
        .<DataFile>map(path -> new StoreFile(path, Store.resolve(folder, path)))
        .toList();
  }

  private static RuntimeException notFound(String location, String what) {
    return Failures.user("DATA_NOT_FOUND", "data: " + location + ": " + what);
  }

  private final class StoreFile implements DataFile {
    private final String name;
    private final String uri;

    StoreFile(String name, String uri) {
      this.name = name;
      this.uri = uri;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String location() {
      return uri;
    }

    @Override
    public String digest(Runnable working) throws IOException {
      try {
        return Hashes.sha256Hex(store, uri, working);
      } catch (NoSuchFileException e) {
        throw gone();
      }
    }

    @Override
    public Copy open() throws IOException {
      Path file = Files.createTempFile("retort-store-", ".data");
      try (InputStream input = store.read(uri);
          OutputStream output = Files.newOutputStream(file)) {
        byte[] block = new byte[BLOCK_BYTES];
        for (int read = input.read(block); read >= 0; read = input.read(block)) {
          output.write(block, 0, read);
          alive.run();
        }
        return new Fetched(file);
      } catch (NoSuchFileException e) {
        Files.deleteIfExists(file);
        throw gone();
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    }

    private RuntimeException gone() {
      return notFound(uri, "no such object any more (expected: files that stay during a run)");
    }
  }
}
