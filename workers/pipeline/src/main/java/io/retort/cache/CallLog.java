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
 * The answers that one shard's calls have had and the cache did not, of all attempts.
 *
 * <p>They are made durable beside the shard's rows, in small write-once parts {@code
 * calls-<attempt>-<n>.pb.zst}, and become segments of the cache when the shard is committed: so an
 * attempt that goes on asks for none of them again, and the cache holds few large objects instead
 * of many small ones. Those that are durable wait on this machine's disk.
 *
 * <p>{@link #find} and {@link #keep} are thread-safe; the other methods belong to one thread.
 */
public final class CallLog implements AutoCloseable {
  /** Begins the names of parts. */
  public static final String PART_PREFIX = "calls-";

  /** As much as goes to the cache as one segment. */
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

  /** Numbers in {@link #scratch}, by key; guarded by itself. */
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
   * Reads what earlier attempts have kept. A part that cannot be read is left out.
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
        LOGGER.warn("part left out, its calls are made again: {}", uri, e);
        continue;
      }
      spill(responses);
    }
  }

  /** The answer that a call of this shard has had. */
  @Nullable CachedResponse find(ByteString key) {
    CachedResponse found = fresh.get(key);
    return found == null ? onDisk(key) : found;
  }

  void keep(CachedResponse response) {
    if (onDisk(response.getKey()) == null) {
      fresh.putIfAbsent(response.getKey(), response);
    }
  }

  /** Makes answers durable; returns when they are. */
  public void save() throws IOException {
    List<CachedResponse> responses = List.copyOf(fresh.values());
    if (responses.isEmpty()) {
      return;
    }
    String name = String.format(Locale.ROOT, "%s%s-%06d.pb.zst", PART_PREFIX, attempt, appended);
    store.write(Store.resolve(shardUri, name), CachedResponses.content(responses));
    appended++;
    spill(responses);
    // Only now, so that they are found all the time.
    responses.forEach(response -> fresh.remove(response.getKey(), response));
  }

  /**
   * Moves the answers to the cache; the parts are left to the commit of the shard.
   *
   * @return answers
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

  /** Answers on their way to the cache. */
  private static final class Segment {
    private final List<CachedResponse> responses = new ArrayList<>();
    private long bytes;

    void add(CachedResponse response) {
      responses.add(response);
      bytes += response.getSerializedSize();
    }
  }
}
