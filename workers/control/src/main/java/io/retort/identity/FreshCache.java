package io.retort.identity;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values of the store that are read again after a while; of too many the least used are dropped.
 */
final class FreshCache<V> {
  private final int mostValues;
  private final Duration fresh;
  private final Clock clock;
  private final Map<String, Read<V>> values =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Read<V>> eldest) {
          return size() > mostValues;
        }
      };

  FreshCache(int mostValues, Duration fresh, Clock clock) {
    this.mostValues = mostValues;
    this.fresh = fresh;
    this.clock = clock;
  }

  private record Read<V>(V value, long atMillis) {}

  /** Reads from the store. */
  @FunctionalInterface
  interface Reader<V> {
    V read(String key) throws IOException;
  }

  V get(String key, Reader<V> reader) throws IOException {
    long now = clock.millis();
    synchronized (values) {
      Read<V> cached = values.get(key);
      if (cached != null && Math.abs(now - cached.atMillis()) <= fresh.toMillis()) {
        return cached.value();
      }
    }
    V value = reader.read(key);
    synchronized (values) {
      values.put(key, new Read<>(value, now));
    }
    return value;
  }

  void forget(String key) {
    synchronized (values) {
      Read<V> unused = values.remove(key);
    }
  }
}
