package io.retort.hook;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.retort.rate.TokenBucket;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Limits the calls of each trigger, whoever makes them. */
final class HookLimit {
  /** One that comes back after it was forgotten begins with a full bucket. */
  private static final int MOST_TRIGGERS = 10_000;

  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);
  private static final int BURST_SECONDS = 2;

  private final int rate;
  private final LongSupplier nanoTime;
  private final Cache<String, TokenBucket> buckets =
      CacheBuilder.newBuilder()
          .maximumSize(MOST_TRIGGERS)
          .expireAfterAccess(FORGOTTEN_AFTER)
          .build();

  /**
   * @param rate calls per second of each trigger; 0: unlimited
   */
  HookLimit(int rate, LongSupplier nanoTime) {
    this.rate = rate;
    this.nanoTime = nanoTime;
  }

  /** Whether a call may be made now. */
  boolean allows(String trigger) {
    if (rate == 0) {
      return true;
    }
    long now = nanoTime.getAsLong();
    TokenBucket bucket =
        buckets
            .asMap()
            .computeIfAbsent(
                trigger, name -> new TokenBucket(rate, (double) rate * BURST_SECONDS, now));
    return bucket.take(now) == 0;
  }
}
