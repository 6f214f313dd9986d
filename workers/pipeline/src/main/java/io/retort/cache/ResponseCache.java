package io.retort.cache;

import com.google.protobuf.ByteString;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.v1.CacheIndex;
import io.retort.v1.CachedResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers of the judge in the store, by key, for all shards of the process.
 *
 * <p>A folder contains segments: {@code segment-<time>-<id>.pb.zst} with answers, and next to it,
 * written last, a {@code .keys} object with their keys, 32 bytes each. Segments are never changed.
 * Memory contains an index of about sixteen bytes per key, and the answers of the most recently
 * used segments. A segment that cannot be read only loses its hits.
 *
 * <p>A process that reads the keys of many segments one by one writes them together as {@code
 * index-<id>.pb}, so that the next process needs few reads.
 *
 * <p>Thread-safe. {@link #find} may read the store.
 */
public final class ResponseCache {
  private static final Logger LOGGER = LoggerFactory.getLogger(ResponseCache.class);
  private static final long DEFAULT_MOST_BYTES =
      Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);
  private static final String KEYS = ".keys";
  private static final String ANSWERS = ".pb.zst";
  private static final String INDEX_PREFIX = "index-";
  private static final int SEGMENTS_IN_INDEX = 64;
  private static final int LOADING_LOCKS = 16;
  private static final Duration LOCK_WAIT = Duration.ofSeconds(1);

  private final Store store;
  private final long mostBytes;
  private final ResponseIndex index = new ResponseIndex();
  private final Set<String> known = new HashSet<>();
  private final Map<String, ReentrantLock> refreshing = new ConcurrentHashMap<>();

  /** Locks for loading, by segment number; answers in memory remain accessible during a load. */
  private final List<Object> loading = Stream.generate(Object::new).limit(LOADING_LOCKS).toList();

  /** URIs without suffix, by number; empty for a segment that could not be read. */
  private final List<String> segments = new ArrayList<>();

  private final LinkedHashMap<Integer, Segment> loaded = new LinkedHashMap<>(16, 0.75f, true);
  private long loadedBytes;

  private record Segment(Map<ByteString, ByteString> responses, long bytes) {}

  public ResponseCache(Store store) {
    this(store, DEFAULT_MOST_BYTES);
  }

  /**
   * @param mostBytes maximum size of the answers in memory, beyond which the least recently used
   *     segments are evicted; the last one always stays
   */
  ResponseCache(Store store, long mostBytes) {
    this.store = store;
    this.mostBytes = mostBytes;
  }

  /**
   * Reads the keys of segments that other processes have added to a folder.
   *
   * @param tick called between reads, and while another thread reads the same folder; ends the work
   *     by throwing
   */
  public void refresh(String folderUri, Runnable tick) throws IOException {
    ReentrantLock lock = refreshing.computeIfAbsent(folderUri, ignored -> new ReentrantLock());
    acquire(lock, tick);
    try {
      List<String> names = store.list(folderUri);
      for (String name : names) {
        String uri = Store.resolve(folderUri, name);
        if (name.startsWith(INDEX_PREFIX) && !isKnown(uri)) {
          tick.run();
          addIndex(folderUri, uri);
        }
      }
      List<CacheIndex.Segment> single = new ArrayList<>();
      for (String name : names) {
        if (name.endsWith(KEYS)) {
          String segment = name.substring(0, name.length() - KEYS.length());
          if (!isKnown(Store.resolve(folderUri, segment))) {
            tick.run();
            addKeys(folderUri, segment).ifPresent(single::add);
          }
        }
      }
      writeIndexes(folderUri, single, tick);
    } finally {
      lock.unlock();
    }
  }

  /** The answer with the given key. */
  public Optional<ByteString> find(ByteString key) {
    int number;
    Segment segment;
    synchronized (this) {
      number = index.find(CacheKeys.prefix(key));
      if (number == ResponseIndex.NONE || segments.get(number).isEmpty()) {
        return Optional.empty();
      }
      segment = loaded.get(number);
    }
    if (segment == null) {
      segment = load(number);
    }
    return segment == null ? Optional.empty() : Optional.ofNullable(segment.responses().get(key));
  }

  /** Stores answers as a new segment of a folder; returns when they are durable. */
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

  /** Number of keys in the index. */
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

  private static void acquire(ReentrantLock lock, Runnable tick) throws IOException {
    try {
      while (!lock.tryLock(LOCK_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        tick.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another thread read the cache");
    }
  }

  private void addIndex(String folderUri, String uri) {
    try (InputStream input = store.read(uri)) {
      for (CacheIndex.Segment segment : CacheIndex.parseFrom(input).getSegmentsList()) {
        add(Store.resolve(folderUri, segment.getName()), checked(uri, segment.getKeys()));
      }
      synchronized (this) {
        known.add(uri);
      }
    } catch (IOException e) {
      LOGGER.warn("index of cached answers skipped, its segments are read one by one: {}", uri, e);
    }
  }

  private Optional<CacheIndex.Segment> addKeys(String folderUri, String segment) {
    String uri = Store.resolve(folderUri, segment);
    try (InputStream input = store.read(uri + KEYS)) {
      ByteString keys = ByteString.readFrom(input);
      add(uri, checked(uri + KEYS, keys));
      return Optional.of(CacheIndex.Segment.newBuilder().setName(segment).setKeys(keys).build());
    } catch (IOException e) {
      LOGGER.warn("cached answers skipped, their calls are made again: {}", uri, e);
      return Optional.empty();
    }
  }

  /**
   * Indexes only whole groups of segments. Two processes may write the same index, which is
   * harmless.
   */
  private void writeIndexes(String folderUri, List<CacheIndex.Segment> segments, Runnable tick)
      throws IOException {
    for (int end = SEGMENTS_IN_INDEX; end <= segments.size(); end += SEGMENTS_IN_INDEX) {
      tick.run();
      CacheIndex group =
          CacheIndex.newBuilder()
              .addAllSegments(segments.subList(end - SEGMENTS_IN_INDEX, end))
              .build();
      String uri = Store.resolve(folderUri, INDEX_PREFIX + UUID.randomUUID() + ".pb");
      store.write(uri, group::writeTo);
      synchronized (this) {
        known.add(uri);
      }
    }
  }

  private static byte[] checked(String uri, ByteString keys) throws CorruptArtifactException {
    if (keys.size() % CacheKeys.BYTES != 0) {
      throw new CorruptArtifactException(
          uri + ": " + keys.size() + " bytes of keys (expected: a multiple of 32)");
    }
    return keys.toByteArray();
  }

  /** Loads a segment; null if it cannot be read. */
  private @Nullable Segment load(int number) {
    synchronized (loading.get(number % LOADING_LOCKS)) {
      String uri;
      synchronized (this) {
        Segment segment = loaded.get(number);
        uri = segments.get(number);
        if (segment != null || uri.isEmpty()) {
          return segment;
        }
      }
      try {
        Segment segment = read(uri + ANSWERS);
        keep(number, segment);
        return segment;
      } catch (IOException e) {
        LOGGER.warn("cached answers skipped, their calls are made again: {}", uri, e);
        synchronized (this) {
          segments.set(number, "");
        }
        return null;
      }
    }
  }

  private Segment read(String uri) throws IOException {
    Map<ByteString, ByteString> responses = new HashMap<>();
    long bytes = 0;
    for (CachedResponse response : CachedResponses.read(store, uri)) {
      responses.put(response.getKey(), response.getResponse());
      bytes += response.getSerializedSize();
    }
    return new Segment(responses, bytes);
  }

  private synchronized void keep(int number, Segment segment) {
    loaded.put(number, segment);
    loadedBytes += segment.bytes();
    while (loadedBytes > mostBytes && loaded.size() > 1) {
      Map.Entry<Integer, Segment> oldest = loaded.entrySet().iterator().next();
      loaded.remove(oldest.getKey());
      loadedBytes -= oldest.getValue().bytes();
    }
  }
}
