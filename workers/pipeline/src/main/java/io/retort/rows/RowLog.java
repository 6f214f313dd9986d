package io.retort.rows;

import com.github.luben.zstd.ZstdIOException;
import com.google.protobuf.Message;
import io.retort.cache.CallLog;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Manifests;
import io.retort.store.Rows;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Manifest;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of one shard in a folder of their own.
 *
 * <p>Each {@link #append} is one small write-once part {@code rows-<attempt>-<n>.jsonl.zst}, so
 * that records outlive the process that made them. {@link #commit} writes them once more as one
 * part in the shard's order, then the manifest, then deletes the small parts. Two attempts may work
 * at once: every part has a name of its own, and the first manifest counts.
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

  /**
   * @param keys the key of a record: the same for every record of the same row and settings
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

  /** The shard's manifest, empty while it is not committed. */
  public Optional<Manifest> committed() throws IOException {
    Optional<Manifest> manifest = Manifests.find(store, folderUri);
    if (manifest.isPresent()) {
      deleteAllBut(manifest.get());
    }
    return manifest;
  }

  /** The records of a committed shard, in its order, their bytes checked. */
  public List<R> readCommitted(Manifest manifest) throws IOException {
    ArtifactRef reference =
        ArtifactRef.newBuilder().setUri(Store.resolve(folderUri, Manifests.NAME)).build();
    List<R> records = new ArrayList<>();
    for (ArtifactRef part : manifest.getPartsList()) {
      records.addAll(Manifests.<R>readPart(store, reference, part, builders));
    }
    return records;
  }

  /**
   * The records of all attempts by key; of two with the same key, one. A part that cannot be read
   * is left out: its rows are made again.
   *
   * @param tick called before each part, of which there may be thousands
   */
  public Map<String, R> read(Runnable tick) throws IOException {
    Map<String, R> records = new LinkedHashMap<>();
    for (String name : store.list(folderUri)) {
      if (!name.startsWith(SMALL_PART_PREFIX)) {
        continue;
      }
      tick.run();
      String uri = Store.resolve(folderUri, name);
      try {
        Rows.<R>forEach(
            store, uri, builders, record -> records.putIfAbsent(keys.apply(record), record));
      } catch (CorruptArtifactException | ZstdIOException | EOFException e) {
        LOGGER.warn("part left out, its rows are made again: {}", uri, e);
      }
    }
    return records;
  }

  /** Makes records durable; returns when they are. */
  public void append(List<R> records) throws IOException {
    String name =
        String.format(Locale.ROOT, "%s%s-%06d.jsonl.zst", SMALL_PART_PREFIX, attempt, appended);
    store.write(Store.resolve(folderUri, name), Rows.content(records));
    appended++;
  }

  /** Commits the shard and returns the manifest that counts. */
  public Manifest commit(List<R> ordered) throws IOException {
    ArtifactRef part =
        Manifests.writePart(
            store, folderUri, PART_PREFIX + "00000-" + attempt + ".jsonl.zst", ordered);
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
