package io.retort.http;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.retort.identity.Caller;
import io.retort.rate.TokenBucket;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits the calls of each caller, over gRPC and HTTP together: RESOURCE_EXHAUSTED with a {@code
 * google.rpc.RetryInfo}. It must run after the interceptor that sets the {@link Caller}.
 */
public final class RateLimit implements ServerInterceptor {
  /** A caller that comes back after it was forgotten begins with a full bucket. */
  private static final int MOST_CALLERS = 10_000;

  private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);
  private static final int BURST_SECONDS = 2;

  private static final String VARIABLE = "RETORT_CALLS_PER_SECOND";
  private static final int CALLS_PER_SECOND = 200;

  private final int rate;
  private final LongSupplier nanoTime;
  private final Cache<String, TokenBucket> buckets =
      CacheBuilder.newBuilder()
          .maximumSize(MOST_CALLERS)
          .expireAfterAccess(FORGOTTEN_AFTER)
          .build();

  /**
   * @param rate calls per second of each caller; 0: unlimited
   */
  public RateLimit(int rate) {
    this(rate, System::nanoTime);
  }

  RateLimit(int rate, LongSupplier nanoTime) {
    this.rate = rate;
    this.nanoTime = nanoTime;
  }

  /**
   * What each caller may call in a second; 0: unlimited.
   *
   * @throws ConfigurationException if the variable is negative
   */
  public static int callsPerSecond(Environment environment) {
    int rate = environment.integer(VARIABLE, CALLS_PER_SECOND);
    if (rate < 0) {
      throw new ConfigurationException(
          VARIABLE + ": " + rate + " (expected: at least 0, which is unlimited)");
    }
    return rate;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    // Probes of health must not starve, and come without a caller.
    if (call.getMethodDescriptor().getFullMethodName().startsWith("grpc.health.")) {
      return next.startCall(call, headers);
    }
    Caller caller = Caller.current();
    long wait = rate == 0 ? 0 : wait(caller.id());
    if (wait == 0) {
      return next.startCall(call, headers);
    }
    StatusRuntimeException refusal =
        Refusals.tooManyCalls(
            caller.name(), rate, Math.max(1, TimeUnit.NANOSECONDS.toSeconds(wait + 999_999_999)));
    Metadata trailers = refusal.getTrailers();
    call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
    return new ServerCall.Listener<>() {};
  }

  /** Nanoseconds until the caller may call; 0: now. */
  private long wait(String caller) {
    long now = nanoTime.getAsLong();
    TokenBucket bucket =
        buckets
            .asMap()
            .computeIfAbsent(
                caller, name -> new TokenBucket(rate, (double) rate * BURST_SECONDS, now));
    return bucket.take(now);
  }
}
