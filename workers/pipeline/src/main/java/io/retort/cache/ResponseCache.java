package io.retort.cache;

import com.google.protobuf.ByteString;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.v1.CachedResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of the judge in the store, by key, for all shards of the process.
 *
 * <p>A folder holds segments: {@code segment-<time>-<id>.pb.zst} with answers, and beside it,
 * written last, {@code .keys} with their keys, 32 bytes each. A segment is never changed. Memory
 * holds an index of some sixteen bytes a key, and the answers of the segments that were asked for
 * last. A segment that cannot be read costs its hits, and nothing else.
 *
 * <p>Thread-safe. {@link #find} may read the store.
 */
public final class ResponseCache {
  private static final Logger LOGGER = LoggerFactory.getLogger(ResponseCache.class);
  private static final long DEFAULT_MOST_BYTES =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);
  private static final String KEYS = ".keys";
  private static final String ANSWERS = ".pb.zst";

  private final Store store;
  private final long mostBytes;
  private final ResponseIndex index = new ResponseIndex();
  private final Set<String> known = new HashSet<>();

  /** URIs without suffix, by number; empty for one that could not be read. */
  private final List<String> segments = new ArrayList<>();

  private final LinkedHashMap<Integer, Segment> loaded = new LinkedHashMap<>(16, 0.75f, true);
  private long loadedBytes;

  private record Segment(Map<ByteString, ByteString> responses, long bytes) {}

  public ResponseCache(Store store) {
    this(store, DEFAULT_MOST_BYTES);
  }

  /**
   * @param mostBytes of answers in memory, beyond which the segments that were used least recently
   *     are let go; the last one stays
   */
  ResponseCache(Store store, long mostBytes) {
    this.store = store;
    this.mostBytes = mostBytes;
  }

  /** Learns of the segments that others have put into a folder. */
  public void refresh(String folderUri) throws IOException {
    for (String name : store.list(folderUri)) {
      if (!name.endsWith(KEYS)) {
        continue;
      }
      String uri = Store.resolve(folderUri, name.substring(0, name.length() - KEYS.length()));
      if (isKnown(uri)) {
        continue;
      }
      try (InputStream input = store.read(uri + KEYS)) {
        byte[] keys = input.readAllBytes();
        if (keys.length % CacheKeys.BYTES != 0) {
          throw new CorruptArtifactException(
              uri + KEYS + ": " + keys.length + " bytes (expected: a multiple of 32)");
        }
        add(uri, keys);
      } catch (IOException e) {
        LOGGER.warn("cached answers left out, they are asked for again: {}", uri, e);
      }
    }
  }

  /** The answer with this key. */
  public synchronized Optional<ByteString> find(ByteString key) {
    int number = index.find(CacheKeys.prefix(key));
    if (number == ResponseIndex.NONE || segments.get(number).isEmpty()) {
      return Optional.empty();
    }
    Segment segment = loaded.get(number);
    if (segment == null) {
      try {
        segment = load(number);
      } catch (IOException e) {
        LOGGER.warn(
            "cached answers left out, they are asked for again: {}", segments.get(number), e);
        segments.set(number, "");
        return Optional.empty();
      }
    }
    return Optional.ofNullable(segment.responses().get(key));
  }

  /** Keeps answers as a new segment of a folder. Returns when they are durable. */
  public void store(String folderUri, Collection<CachedResponse> responses) throws IOException {
    if (responses.isEmpty()) {
      return;
    }
    Map<ByteString, CachedResponse> byKey = new HashMap<>();
    for (CachedResponse response : responses) {
      byKey.put(response.getKey(), response.toBuilder().clearFolder().clearRow().build());
    }
    List<CachedResponse> sorted = new ArrayList<>(byKey.values());
    sorted.sort(
        (left, right) ->
            ByteString.unsignedLexicographicalComparator().compare(left.getKey(), right.getKey()));
    ByteString keys = ByteString.copyFrom(sorted.stream().map(CachedResponse::getKey).toList());
    String uri =
        Store.resolve(
            folderUri,
            String.format(
                Locale.ROOT, "segment-%013d-%s", System.currentTimeMillis(), UUID.randomUUID()));
    store.write(uri + ANSWERS, CachedResponses.content(sorted));
    store.write(uri + KEYS, keys::writeTo);
    add(uri, keys.toByteArray());
  }

  /** Keys that the index knows. */
  synchronized int size() {
    return index.size();
  }

  synchronized long loadedBytes() {
    return loadedBytes;
  }

  private synchronized boolean isKnown(String uri) {
    return known.contains(uri);
  }

  private synchronized void add(String uri, byte[] keys) {
    if (!known.add(uri)) {
      return;
    }
    segments.add(uri);
    for (int number = 0; number < keys.length / CacheKeys.BYTES; number++) {
      index.put(CacheKeys.prefix(keys, number), segments.size() - 1);
    }
  }

  private Segment load(int number) throws IOException {
    Map<ByteString, ByteString> responses = new HashMap<>();
    long bytes = 0;
    for (CachedResponse response : CachedResponses.read(store, segments.get(number) + ANSWERS)) {
      responses.put(response.getKey(), response.getResponse());
      bytes += response.getSerializedSize();
    }
    Segment segment = new Segment(responses, bytes);
    loaded.put(number, segment);
    loadedBytes += bytes;
    while (loadedBytes > mostBytes && loaded.size() > 1) {
      Map.Entry<Integer, Segment> oldest = loaded.entrySet().iterator().next();
      loaded.remove(oldest.getKey());
      loadedBytes -= oldest.getValue().bytes();
    }
    return segment;
  }
}
