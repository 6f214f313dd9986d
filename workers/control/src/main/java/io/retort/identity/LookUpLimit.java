package io.retort.identity;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.retort.rate.TokenBucket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many credentials that are not known each address may have looked up in the store. Of
 * IPv6 addresses those of one network of 64 bits count as one.
 */
final class LookUpLimit {
  /** Look-ups per second and address. */
  static final int RATE = 20;

  /** Look-ups of an address at once. */
  static final int BURST = 200;

  private static final int MOST_ADDRESSES = 10_000;
  private static final int NETWORK_BYTES = 8;
  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

  private final LongSupplier nanoTime;
  private final Cache<String, TokenBucket> buckets =
      CacheBuilder.newBuilder()
          .maximumSize(MOST_ADDRESSES)
          .expireAfterAccess(FORGOTTEN_AFTER)
          .build();

  LookUpLimit() {
    this(System::nanoTime);
  }

  LookUpLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Counts a look-up of the request that this thread serves.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if there were too many
   */
  void take() {
    @Nullable ServiceRequestContext context = ServiceRequestContext.currentOrNull();
    take(context == null ? "" : network(context.remoteAddress().getAddress()));
  }

  void take(String address) {
    long now = nanoTime.getAsLong();
    TokenBucket bucket =
        buckets.asMap().computeIfAbsent(address, name -> new TokenBucket(RATE, BURST, now));
    long wait = bucket.take(now);
    if (wait > 0) {
      throw AccessErrors.tooManyLookUps(
          Math.max(1, TimeUnit.NANOSECONDS.toSeconds(wait + 999_999_999)));
    }
  }

  /** What addresses of one client have in common. */
  static String network(@Nullable InetAddress address) {
    if (address == null) {
      return "";
    }
    byte[] bytes = address.getAddress();
    return HexFormat.of()
        .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
  }
}
