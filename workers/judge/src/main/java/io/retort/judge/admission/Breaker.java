package io.retort.judge.admission;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.time.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Circuit breaker of an endpoint. It opens when at least half of the calls of the last ten seconds
 * failed, with a minimum of ten calls. After ten seconds it lets one trial call through, whose
 * answer closes it and whose failure keeps it open for another ten seconds.
 */
final class Breaker {
  private static final int WINDOW_SECONDS = 10;
  private static final int SMALLEST_WINDOW = 10;
  private static final float FAILURE_PERCENT = 50;
  private static final Duration OPEN = Duration.ofSeconds(10);
  private static final Duration TRIAL = Duration.ofSeconds(1);
  private static final Logger logger = LoggerFactory.getLogger(Breaker.class);

  private final Timer timer;
  private final CircuitBreaker breaker;
  private volatile long openedAt;

  Breaker(EndpointConfiguration configuration, Timer timer) {
    this.timer = timer;
    breaker =
        CircuitBreaker.of(
            configuration.name(),
            CircuitBreakerConfig.custom()
                .slidingWindow(
                    WINDOW_SECONDS,
                    SMALLEST_WINDOW,
                    CircuitBreakerConfig.SlidingWindowType.TIME_BASED)
                .failureRateThreshold(FAILURE_PERCENT)
                .waitDurationInOpenState(OPEN)
                .permittedNumberOfCallsInHalfOpenState(1)
                .currentTimestampFunction(unused -> timer.nanoTime(), TimeUnit.NANOSECONDS)
                .clock(new TimerClock(timer))
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(
            event -> {
              if (event.getStateTransition().getToState() == State.OPEN) {
                openedAt = timer.nanoTime();
              }
              logger.info(
                  "endpoint {}: circuit breaker {}",
                  configuration,
                  event.getStateTransition().getToState());
            });
  }

  /** Whether a call may be sent. If so, one of the next three methods must follow. */
  boolean admits() {
    return breaker.tryAcquirePermission();
  }

  void succeeded() {
    breaker.onSuccess(0, TimeUnit.NANOSECONDS);
  }

  void failed() {
    breaker.onError(0, TimeUnit.NANOSECONDS, new Failed());
  }

  /** Records that the call was abandoned, which says nothing about the endpoint. */
  void released() {
    breaker.releasePermission();
  }

  boolean isOpen() {
    return breaker.getState() != State.CLOSED;
  }

  /** Time until a trial call is let through, at least a second. */
  Duration untilTrial() {
    Duration left = Duration.ofNanos(openedAt + OPEN.toNanos() - timer.nanoTime());
    return breaker.getState() == State.OPEN && left.compareTo(TRIAL) > 0 ? left : TRIAL;
  }

  private static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed() {
      super("endpoint failed", null, false, false);
    }
  }
}
