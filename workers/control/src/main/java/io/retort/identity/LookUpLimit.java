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
 * Limits how many credentials each address may have looked up in the store in vain. Of IPv6
 * addresses those of one network of 64 bits count as one.
 */
public final class LookUpLimit {
  /** Look-ups in vain per second and address. */
  static final int RATE = 20;

  /** Look-ups in vain of an address at once. */
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

  public LookUpLimit() {
    this(System::nanoTime);
  }

  LookUpLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Before a look-up for the request that this thread serves.
   *
   * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if too many have found nothing
   */
  public void check() {
    check(currentNetwork());
  }

  /** The look-up has found nothing. */
  public void count() {
    count(currentNetwork());
  }

  void check(String network) {
    long now = nanoTime.getAsLong();
    long wait = bucket(network, now).waitAt(now);
    if (wait > 0) {
      throw AccessErrors.tooManyLookUps(
          Math.max(1, TimeUnit.NANOSECONDS.toSeconds(wait + 999_999_999)));
    }
  }

  void count(String network) {
    long now = nanoTime.getAsLong();
    long unused = bucket(network, now).take(now);
  }

  private TokenBucket bucket(String network, long now) {
    return buckets.asMap().computeIfAbsent(network, name -> new TokenBucket(RATE, BURST, now));
  }

  private static String currentNetwork() {
    @Nullable ServiceRequestContext context = ServiceRequestContext.currentOrNull();
    return context == null ? "" : network(context.remoteAddress().getAddress());
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
