package io.retort.rows;

import com.github.luben.zstd.ZstdIOException;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.cache.CallLog;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Manifests;
import io.retort.store.RowCursor;
import io.retort.store.RowWriter;
import io.retort.store.Rows;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Manifest;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of one shard in their own folder.
 *
 * <p>Each {@link #append} writes one small write-once part {@code rows-<attempt>-<n>.jsonl.zst}, so
 * that records outlive the process that made them. {@link #commit} writes all records as one part
 * in the shard's order, then the manifest, then deletes the small parts. Two attempts may work at
 * once: every part has a unique name, and the first manifest is effective.
 *
 * <p>Not thread-safe.
 */
public final class RowLog<R extends Message> {
  private static final Logger LOGGER = LoggerFactory.getLogger(RowLog.class);
  private static final String SMALL_PART_PREFIX = "rows-";
  private static final String PART_PREFIX = "part-";

  private final Store store;
  private final String folderUri;
  private final Supplier<? extends Message.Builder> builders;
  private final Function<R, String> keys;
  private final String attempt = UUID.randomUUID().toString().substring(0, 8);
  private int appended;

  /** Takes records as they are read. */
  @FunctionalInterface
  interface RecordConsumer<R> {
    void accept(R rowRecord) throws IOException;
  }

  /**
   * @param keys the key of a record, equal for all records of the same row and settings
   */
  public RowLog(
      Store store,
      String folderUri,
      Supplier<? extends Message.Builder> builders,
      Function<R, String> keys) {
    this.store = store;
    this.folderUri = folderUri;
    this.builders = builders;
    this.keys = keys;
  }

  /** The shard's manifest; empty if it is not committed. */
  public Optional<Manifest> committed() throws IOException {
    Optional<Manifest> manifest = Manifests.find(store, folderUri);
    if (manifest.isPresent()) {
      deleteAllBut(manifest.get());
    }
    return manifest;
  }

  /** The log of another shard of the stage. */
  RowLog<R> of(String otherFolderUri) {
    return new RowLog<>(store, otherFolderUri, builders, keys);
  }

  String key(R rowRecord) {
    return keys.apply(rowRecord);
  }

  /** Streams the records of a committed shard, in its order, and checks their bytes. */
  void readCommitted(Manifest manifest, RecordConsumer<R> consumer) throws IOException {
    ArtifactRef reference =
        ArtifactRef.newBuilder().setUri(Store.resolve(folderUri, Manifests.NAME)).build();
    forEach(Manifests.openParts(store, reference, manifest, builders), consumer);
  }

  /** The manifest without verification; empty if the shard is not committed. */
  Optional<Manifest> find() throws IOException {
    return Manifests.find(store, folderUri);
  }

  /**
   * Streams the records of all attempts, which may include several with the same key. Skips parts
   * that cannot be read: their rows are processed again.
   *
   * @param tick called before each part, of which there may be thousands
   */
  void read(Runnable tick, RecordConsumer<R> consumer) throws IOException {
    for (String name : store.list(folderUri)) {
      if (!name.startsWith(SMALL_PART_PREFIX)) {
        continue;
      }
      tick.run();
      String uri = Store.resolve(folderUri, name);
      try {
        forEach(Rows.cursor(store, uri, builders), consumer);
      } catch (CorruptArtifactException | ZstdIOException | EOFException e) {
        LOGGER.warn("part skipped, its rows are processed again: {}", uri, e);
      }
    }
  }

  private static <R extends Message> void forEach(RowCursor<R> cursor, RecordConsumer<R> consumer)
      throws IOException {
    try (cursor) {
      for (R row = cursor.next(); row != null; row = cursor.next()) {
        consumer.accept(row);
      }
    }
  }

  /** Stores printed records; returns when they are durable. */
  void append(List<ByteString> lines) throws IOException {
    String name =
        String.format(Locale.ROOT, "%s%s-%06d.jsonl.zst", SMALL_PART_PREFIX, attempt, appended);
    store.write(
        Store.resolve(folderUri, name),
        output -> {
          try (RowWriter writer = new RowWriter(output)) {
            for (ByteString line : lines) {
              writer.line(line);
            }
          }
        });
    appended++;
  }

  /**
   * Commits the shard and returns the effective manifest.
   *
   * @param content the records as one part, in the shard's order
   */
  Manifest commit(int rows, Store.Content content) throws IOException {
    ArtifactRef part =
        Manifests.writePart(
            store, folderUri, PART_PREFIX + "00000-" + attempt + ".jsonl.zst", rows, content);
    Manifest manifest =
        Manifests.commitIfAbsent(store, folderUri, Manifest.newBuilder().addParts(part).build());
    deleteAllBut(manifest);
    return manifest;
  }

  private void deleteAllBut(Manifest manifest) throws IOException {
    List<String> parts =
        manifest.getPartsList().stream().map(ArtifactRef::getUri).collect(Collectors.toList());
    for (String name : store.list(folderUri)) {
      boolean row =
          name.startsWith(SMALL_PART_PREFIX)
              || name.startsWith(PART_PREFIX)
              || name.startsWith(CallLog.PART_PREFIX);
      if (row && !parts.contains(name)) {
        store.delete(Store.resolve(folderUri, name));
      }
    }
  }
}
