package io.retort.judge.endpoint;

import io.retort.v1.Usage;
import java.time.Duration;
import java.util.function.DoubleSupplier;

/** What the calls of an endpoint tell of it, for the next ones to keep to. */
final class EndpointHealth {
  final AdaptiveLimit limit;
  final CoolDown coolDown;

  /** The time for which the endpoint itself says that it is not well. */
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

  /** For how long no call is sent, whatever the reason. */
  Duration rest() {
    Duration cooling = coolDown.remaining();
    Duration away = outage.remaining();
    return cooling.compareTo(away) < 0 ? away : cooling;
  }

  void note(EndpointReply reply, long estimatedTokens, long sentAt, int inFlight) {
    long now = timer.nanoTime();
    if (reply instanceof EndpointReply.Answered answered) {
      breaker.answered();
      limit.answered(sentAt, now, inFlight);
      coolDown.passed(sentAt);
      answered.pause().ifPresent(coolDown::pause);
      Usage usage = answered.answer().usage();
      if (usage.getUncountedCalls() == 0) {
        budget.correct(estimatedTokens, usage.getPromptTokens() + usage.getCompletionTokens());
      }
    } else if (reply instanceof EndpointReply.RateLimited) {
      breaker.answered();
      limit.troubled(sentAt, now, inFlight);
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Refused) {
      breaker.answered();
      coolDown.passed(sentAt);
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Overloaded overloaded) {
      breaker.failed();
      limit.troubled(sentAt, now, inFlight);
      outage.pause(overloaded.retryAfter());
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Down) {
      breaker.failed();
      limit.troubled(sentAt, now, inFlight);
      budget.correct(estimatedTokens, 0);
    } else if (reply instanceof EndpointReply.Abandoned) {
      breaker.unknown();
    }
  }
}
