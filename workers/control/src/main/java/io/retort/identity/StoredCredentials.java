package io.retort.identity;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Tokens or sessions of the store, by name. What was read is trusted for five seconds, and that a
 * name is not there for one. Names that are not known are looked up in the store only as often as
 * {@link LookUpLimit} lets their address; those that are known always are, so that a flood of
 * made-up credentials costs nobody else anything.
 */
final class StoredCredentials<V> {
  private static final int MOST_CACHED = 10_000;
  private static final Duration FRESH = Duration.ofSeconds(5);
  private static final Duration FRESH_ABSENCE = Duration.ofSeconds(1);

  private final Clock clock;
  private final LookUpLimit limit;
  private final FreshCache<V> known;

  /** Apart from those that are known, which a flood must not drop. */
  private final FreshCache<Boolean> absent;

  StoredCredentials(Clock clock, LookUpLimit limit) {
    this.clock = clock;
    this.limit = limit;
    known = new FreshCache<>(MOST_CACHED, FRESH, clock);
    absent = new FreshCache<>(MOST_CACHED, FRESH_ABSENCE, clock);
  }

  /** Reads from the store. */
  @FunctionalInterface
  interface Reader<V> {
    Optional<V> read(String name) throws IOException;
  }

  /**
   * Empty for a name that the store does not have.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED
   */
  Optional<V> get(String name, Reader<V> reader) throws IOException {
    Optional<V> fresh = known.fresh(name);
    if (fresh.isPresent()) {
      return fresh;
    }
    if (!known.has(name)) {
      if (absent.fresh(name).isPresent()) {
        return Optional.empty();
      }
      limit.check();
    }
    long now = clock.millis();
    Optional<V> read = reader.read(name);
    if (read.isPresent()) {
      known.put(name, read.get(), now);
      absent.forget(name);
    } else {
      limit.count();
      known.forget(name);
      absent.put(name, true, now);
    }
    return read;
  }

  /** Reads the name again at its next use. */
  void forget(String name) {
    known.forget(name);
    absent.forget(name);
  }
}
