package io.retort.judge.admission;

import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.time.Timer;
import io.retort.judge.wire.EndpointReply;
import io.retort.v1.Usage;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/** What the outcomes of an endpoint's calls imply for its next calls. */
final class EndpointHealth {
  final AdaptiveLimit limit;
  final CoolDown coolDown;

  /** The time for which the endpoint reported itself unavailable. */
  final CoolDown outage;

  final Breaker breaker;
  private final Timer timer;
  private final RateBudget budget;

  /**
   * @param random uniform in [0, 1)
   */
  EndpointHealth(
      EndpointConfiguration configuration, RateBudget budget, Timer timer, DoubleSupplier random) {
    this.timer = timer;
    this.budget = budget;
    limit = new AdaptiveLimit(configuration.maxInFlight());
    coolDown = new CoolDown(timer, random);
    outage = new CoolDown(timer, random);
    breaker = new Breaker(configuration, timer);
  }

  /** Remaining time in which no call is sent, for whatever reason. */
  Duration pause() {
    Duration cooling = coolDown.remaining();
    Duration unavailable = outage.remaining();
    return cooling.compareTo(unavailable) < 0 ? unavailable : cooling;
  }

  /**
   * Records the outcome of a call.
   *
   * @param inFlight calls in flight when it was sent, itself included
   */
  void record(EndpointReply reply, long estimatedTokens, long sentAt, int inFlight) {
    long now = timer.nanoTime();
    if (reply instanceof EndpointReply.Answered answered) {
      breaker.succeeded();
      limit.succeeded(sentAt, now, inFlight);
      coolDown.passed(sentAt);
      answered.pause().ifPresent(coolDown::pause);
      Usage usage = answered.answer().usage();
      if (usage.getUncountedCalls() == 0) {
        budget.correct(estimatedTokens, usage.getPromptTokens() + usage.getCompletionTokens());
      }
    } else if (reply instanceof EndpointReply.RateLimited) {
      breaker.succeeded();
      limit.failed(sentAt, now, inFlight);
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Refused) {
      breaker.succeeded();
      coolDown.passed(sentAt);
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Overloaded overloaded) {
      breaker.failed();
      limit.failed(sentAt, now, inFlight);
      outage.pause(overloaded.retryAfter());
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Down) {
      breaker.failed();
      limit.failed(sentAt, now, inFlight);
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Abandoned) {
      // The provider has most likely counted the tokens, so they stay booked.
      breaker.released();
    }
  }
}
