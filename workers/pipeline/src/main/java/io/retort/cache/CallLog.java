package io.retort.cache;

import com.google.protobuf.ByteString;
import io.retort.store.Store;
import io.retort.v1.CachedResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers that one shard's calls have had and the cache did not, of all attempts.
 *
 * <p>They are made durable beside the shard's rows, in small write-once parts {@code
 * calls-<attempt>-<n>.pb.zst}, and become segments of the cache when the shard is committed: so an
 * attempt that goes on asks for none of them again, and the cache holds few large objects instead
 * of many small ones.
 *
 * <p>{@link #find} and {@link #keep} are thread-safe; the other methods belong to one thread.
 */
public final class CallLog {
  /** Begins the names of parts. */
  public static final String PART_PREFIX = "calls-";

  private static final Logger LOGGER = LoggerFactory.getLogger(CallLog.class);

  private final Store store;
  private final String shardUri;
  private final ResponseCache cache;
  private final String cacheUri;
  private final String attempt = UUID.randomUUID().toString().substring(0, 8);
  private final Map<ByteString, CachedResponse> responses = new ConcurrentHashMap<>();
  private final Queue<CachedResponse> fresh = new ConcurrentLinkedQueue<>();
  private final List<CachedResponse> unsaved = new ArrayList<>();
  private int appended;

  /**
   * @param cacheUri folder of the cache
   */
  public CallLog(Store store, String shardUri, ResponseCache cache, String cacheUri) {
    this.store = store;
    this.shardUri = shardUri;
    this.cache = cache;
    this.cacheUri = cacheUri;
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
      try {
        CachedResponses.read(store, uri)
            .forEach(response -> responses.put(response.getKey(), response));
      } catch (IOException e) {
        LOGGER.warn("part left out, its calls are made again: {}", uri, e);
      }
    }
  }

  /** The answer that a call of this shard has had. */
  @Nullable CachedResponse find(ByteString key) {
    return responses.get(key);
  }

  void keep(CachedResponse response) {
    if (responses.put(response.getKey(), response) == null) {
      fresh.add(response);
    }
  }

  /** Makes answers durable; returns when they are. */
  public void save() throws IOException {
    for (CachedResponse next = fresh.poll(); next != null; next = fresh.poll()) {
      unsaved.add(next);
    }
    if (unsaved.isEmpty()) {
      return;
    }
    String name = String.format(Locale.ROOT, "%s%s-%06d.pb.zst", PART_PREFIX, attempt, appended);
    store.write(Store.resolve(shardUri, name), CachedResponses.content(unsaved));
    appended++;
    unsaved.clear();
  }

  /**
   * Moves the answers to the cache; the parts are left to whoever commits the shard.
   *
   * @return answers
   */
  public int commit() throws IOException {
    Map<String, List<CachedResponse>> byFolder =
        responses.values().stream().collect(Collectors.groupingBy(CachedResponse::getFolder));
    for (Map.Entry<String, List<CachedResponse>> folder : byFolder.entrySet()) {
      cache.store(Store.resolve(cacheUri, folder.getKey()), folder.getValue());
    }
    return responses.size();
  }
}
