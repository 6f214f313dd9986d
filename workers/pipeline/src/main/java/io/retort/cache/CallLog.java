package io.retort.cache;

import com.google.protobuf.ByteString;
import io.retort.store.ScratchRecords;
import io.retort.store.Store;
import io.retort.v1.CachedResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers of one shard's calls, of all attempts, that did not come from the cache.
 *
 * <p>Answers are stored next to the shard's rows, in small write-once parts {@code
 * calls-<attempt>-<n>.pb.zst}, and become segments of the cache when the shard is committed. A
 * resumed attempt therefore repeats none of these calls, and the cache contains few large objects
 * instead of many small ones. Durable answers are kept on the local disk until then.
 *
 * <p>{@link #find} and {@link #keep} are thread-safe; the other methods must be called by one
 * thread.
 */
public final class CallLog implements AutoCloseable {
  /** Prefix of the names of parts. */
  public static final String PART_PREFIX = "calls-";

  /** Size of a segment of the cache. */
  private static final int SEGMENT_BYTES = 4 << 20;

  private static final Logger LOGGER = LoggerFactory.getLogger(CallLog.class);

  private final Store store;
  private final String shardUri;
  private final ResponseCache cache;
  private final String cacheUri;
  private final String attempt = UUID.randomUUID().toString().substring(0, 8);

  /** Answers that are not durable yet. */
  private final Map<ByteString, CachedResponse> fresh = new ConcurrentHashMap<>();

  private final ScratchRecords scratch;

  /** Numbers in {@link #scratch} by key; guarded by itself. */
  private final ResponseIndex index = new ResponseIndex();

  private int appended;

  /**
   * @param cacheUri folder of the cache
   */
  public CallLog(Store store, String shardUri, ResponseCache cache, String cacheUri)
      throws IOException {
    this.store = store;
    this.shardUri = shardUri;
    this.cache = cache;
    this.cacheUri = cacheUri;
    scratch = new ScratchRecords();
  }

  /**
   * Reads the answers of earlier attempts. Skips parts that cannot be read.
   *
   * @param tick called before each part, of which there may be thousands
   */
  public void resume(Runnable tick) throws IOException {
    for (String name : store.list(shardUri)) {
      if (!name.startsWith(PART_PREFIX)) {
        continue;
      }
      tick.run();
      String uri = Store.resolve(shardUri, name);
      List<CachedResponse> responses;
      try {
        responses = CachedResponses.read(store, uri);
      } catch (IOException e) {
        LOGGER.warn("part skipped, its calls are made again: {}", uri, e);
        continue;
      }
      spill(responses);
    }
  }

  /** The answer to an earlier call of this shard. */
  @Nullable CachedResponse find(ByteString key) {
    CachedResponse found = fresh.get(key);
    return found == null ? onDisk(key) : found;
  }

  void keep(CachedResponse response) {
    if (onDisk(response.getKey()) == null) {
      fresh.putIfAbsent(response.getKey(), response);
    }
  }

  /** Stores the answers; returns when they are durable. */
  public void save() throws IOException {
    List<CachedResponse> responses = List.copyOf(fresh.values());
    if (responses.isEmpty()) {
      return;
    }
    String name = String.format(Locale.ROOT, "%s%s-%06d.pb.zst", PART_PREFIX, attempt, appended);
    store.write(Store.resolve(shardUri, name), CachedResponses.content(responses));
    appended++;
    spill(responses);
    // Last, so that the answers can be found at any time.
    responses.forEach(response -> fresh.remove(response.getKey(), response));
  }

  /**
   * Moves the answers to the cache; the commit of the shard deletes the parts.
   *
   * @return number of answers
   */
  public int commit() throws IOException {
    Map<String, Segment> byFolder = new HashMap<>();
    for (int number = 0; number < scratch.count(); number++) {
      CachedResponse response = CachedResponse.parseFrom(scratch.read(number));
      Segment segment = byFolder.computeIfAbsent(response.getFolder(), folder -> new Segment());
      segment.add(response);
      if (segment.bytes >= SEGMENT_BYTES) {
        store(response.getFolder(), segment);
        byFolder.remove(response.getFolder());
      }
    }
    for (Map.Entry<String, Segment> rest : byFolder.entrySet()) {
      store(rest.getKey(), rest.getValue());
    }
    return scratch.count();
  }

  @Override
  public void close() throws IOException {
    scratch.close();
  }

  private void store(String folder, Segment segment) throws IOException {
    cache.store(Store.resolve(cacheUri, folder), segment.responses);
  }

  private void spill(List<CachedResponse> responses) throws IOException {
    List<ByteString> added = new ArrayList<>();
    int first = scratch.count();
    for (CachedResponse response : responses) {
      if (onDisk(response.getKey()) == null) {
        scratch.add(response.toByteString());
        added.add(response.getKey());
      }
    }
    scratch.flush();
    synchronized (index) {
      for (int each = 0; each < added.size(); each++) {
        index.put(CacheKeys.prefix(added.get(each)), first + each);
      }
    }
  }

  private @Nullable CachedResponse onDisk(ByteString key) {
    int number;
    synchronized (index) {
      number = index.find(CacheKeys.prefix(key));
    }
    if (number == ResponseIndex.NONE) {
      return null;
    }
    try {
      CachedResponse found = CachedResponse.parseFrom(scratch.read(number));
      return found.getKey().equals(key) ? found : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Answers that will become one segment of the cache. */
  private static final class Segment {
    private final List<CachedResponse> responses = new ArrayList<>();
    private long bytes;

    void add(CachedResponse response) {
      responses.add(response);
      bytes += response.getSerializedSize();
    }
  }
}
