package io.retort.judge.admission;

import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.time.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/**
 * Decides when a call of one endpoint may be sent: within the rate limits of the provider, within
 * the concurrency limit, outside of cool-downs and outages, and while the circuit breaker is
 * closed. Thread-safe; no method blocks.
 */
public final class EndpointAdmission {
  final RateBudget budget;
  final EndpointHealth health;
  final Permits permits;
  final Timer timer;

  /** Whether a call may be sent now. */
  public enum Decision {
    SEND,
    /** The provider limits the rate. */
    COOL_DOWN,
    /** The endpoint reported itself unavailable for a time. */
    OUTAGE,
    BREAKER_OPEN,
    /** The call has ended. */
    CLOSED
  }

  /**
   * @param random uniform in [0, 1)
   * @param workers that share the rate limits, this one included; at least 1, may change
   * @param executor runs calls that waited for a permit
   */
  public EndpointAdmission(
      EndpointConfiguration configuration,
      Timer timer,
      DoubleSupplier random,
      IntSupplier workers,
      Executor executor) {
    this.timer = timer;
    budget = new RateBudget(configuration.rateLimits(), timer, workers);
    health = new EndpointHealth(configuration, budget, timer, random);
    permits = new Permits(health.limit::current, executor);
  }

  /** The ticket of a call, which holds nothing yet. */
  public AdmissionTicket ticket(ChatRequest request) {
    return new AdmissionTicket(this, budget.isUnlimited() ? 0 : TokenEstimate.of(request));
  }

  /** Concurrent calls that the endpoint is estimated to sustain. */
  public int concurrencyLimit() {
    return health.limit.current();
  }

  public boolean isBreakerOpen() {
    return health.breaker.isOpen();
  }

  /** Time until the breaker lets a trial call through. */
  public Duration untilTrial() {
    return health.breaker.untilTrial();
  }

  /** Remaining time in which no call is sent, for whatever reason; 0 if there is none. */
  public Duration pause() {
    return health.pause();
  }

  /** Remaining cool-down, 0 if there is none. */
  public Duration coolDown() {
    return health.coolDown.remaining();
  }

  /** {@link #coolDown()} and a random part, which spreads the calls that wait for its end. */
  public Duration coolDownWithJitter() {
    return health.coolDown.remainingWithJitter();
  }

  /** Remaining outage, 0 if there is none. */
  public Duration outage() {
    return health.outage.remaining();
  }

  /** {@link #outage()} and a random part, which spreads the calls that wait for its end. */
  public Duration outageWithJitter() {
    return health.outage.remainingWithJitter();
  }

  /**
   * Records a response that was refused because of the rate limit.
   *
   * @param sentAt when its call was sent, by {@link Timer#nanoTime}
   * @param retryAfter delay that the provider asked for
   * @return whether it started a cool-down
   */
  public boolean rateLimited(long sentAt, Optional<Duration> retryAfter) {
    return health.coolDown.limited(sentAt, retryAfter);
  }

  /** Starts or extends a cool-down that another worker reported. */
  public void shareCoolDown(Duration delay) {
    health.coolDown.shared(delay);
  }

  /** Calls that hold a permit. */
  int inFlight() {
    return permits.held();
  }
}
