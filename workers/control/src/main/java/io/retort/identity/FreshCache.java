package io.retort.identity;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Values of the store that are read again after a while; of too many the least used are dropped.
 */
final class FreshCache<V> {
  private final Duration fresh;
  private final Clock clock;
  private final Map<String, Read<V>> values;

  FreshCache(int mostValues, Duration fresh, Clock clock) {
    this.fresh = fresh;
    this.clock = clock;
    values =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Read<V>> eldest) {
            return size() > mostValues;
          }
        };
  }

  private record Read<V>(V value, long atMillis) {}

  /** Empty for a value that is not known, or has to be read again. */
  Optional<V> fresh(String key) {
    long now = clock.millis();
    synchronized (values) {
      Read<V> read = values.get(key);
      return read != null && Math.abs(now - read.atMillis()) <= fresh.toMillis()
          ? Optional.of(read.value())
          : Optional.empty();
    }
  }

  /** Whether a value is known, even if it has to be read again. */
  boolean has(String key) {
    synchronized (values) {
      return values.containsKey(key);
    }
  }

  /**
   * @param readAt in milliseconds, before the value was read
   */
  void put(String key, V value, long readAt) {
    synchronized (values) {
      values.put(key, new Read<>(value, readAt));
    }
  }

  void forget(String key) {
    synchronized (values) {
      Read<V> unused = values.remove(key);
    }
  }
}
