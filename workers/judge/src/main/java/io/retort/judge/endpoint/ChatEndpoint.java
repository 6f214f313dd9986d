package io.retort.judge.endpoint;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpResponse;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One endpoint, asked asynchronously; no method blocks.
 *
 * <p>A call books its share of the rate limits, waits for one of the endpoint's permits, and is
 * sent unless the endpoint cools down or its breaker is open. Nothing is retried but rate limits:
 * they start a cool-down that all calls of the endpoint wait out, each up to its own deadline.
 */
public final class ChatEndpoint implements ChatTarget, EndpointState {
  /** The longest answer that is read, in bytes. */
  public static final long LARGEST_ANSWER = ChatTransport.LARGEST_ANSWER;

  /** The longest cool-down that a peer can ask for. */
  public static final Duration LONGEST_SHARED_COOL_DOWN = Duration.ofHours(1);

  private static final Logger logger = LoggerFactory.getLogger(ChatEndpoint.class);

  private final EndpointConfiguration configuration;
  private final ChatTransport transport;
  private final ReplyReader replies;
  private final EndpointFailures failures;
  private final Timer timer;
  private final Peers peers;
  private final RateBudget budget;
  private final EndpointHealth health;
  private final Permits permits;
  private final EndpointObserver observer;
  private final AtomicBoolean reachable = new AtomicBoolean(true);

  /**
   * @param random uniform in [0, 1)
   */
  ChatEndpoint(
      EndpointConfiguration configuration,
      ClientFactory clients,
      Timer timer,
      DoubleSupplier random,
      Peers peers,
      EndpointObservers observers) {
    this.configuration = configuration;
    this.timer = timer;
    this.peers = peers;
    transport = new ChatTransport(configuration, clients);
    replies = new ReplyReader(configuration);
    failures = new EndpointFailures(configuration);
    budget = new RateBudget(configuration.rateLimits(), timer, peers::workers);
    health = new EndpointHealth(configuration, budget, timer, random);
    permits = new Permits(health.limit::current, clients.eventLoopGroup());
    observer = observers.endpoint(this);
  }

  @Override
  public String name() {
    return configuration.name();
  }

  public String model() {
    return configuration.model();
  }

  @Override
  public Duration coolDown() {
    return health.rest();
  }

  @Override
  public int concurrencyLimit() {
    return health.limit.current();
  }

  @Override
  public boolean isBreakerOpen() {
    return health.breaker.isOpen();
  }

  boolean asks(URI baseUrl, String model) {
    return configuration.baseUrl().equals(baseUrl) && configuration.model().equals(model);
  }

  /** Keeps to a cool-down that another worker learnt of, an hour of it at most. */
  void coolDown(Duration told) {
    health.coolDown.told(
        told.compareTo(LONGEST_SHARED_COOL_DOWN) < 0 ? told : LONGEST_SHARED_COOL_DOWN);
  }

  @Override
  public CompletableFuture<ChatAnswer> complete(ChatRequest request, CallScope scope) {
    return complete(request, scope, 0);
  }

  /**
   * Asks the model.
   *
   * @param others how many endpoints can be asked after this one: they get their share of what is
   *     left of the deadline, and a rate limit beyond it fails the call at once
   * @return fails with a {@link JudgeException}, never with anything else
   */
  CompletableFuture<ChatAnswer> complete(ChatRequest request, CallScope scope, int others) {
    Call call = new Call(request, scope, others);
    call.start();
    return call.result;
  }

  private final class Call {
    // Let go of when the call ends, though it may still stand in a queue.
    private volatile @Nullable ChatRequest request;
    private final long estimatedTokens;
    private final CallScope scope;
    private final int others;
    private final CompletableFuture<ChatAnswer> result = new CompletableFuture<>();
    private final AtomicBoolean booked = new AtomicBoolean();
    private volatile @Nullable String lastLimit;
    // Whether the endpoint told when to come back.
    private volatile boolean waits;
    private volatile Timer.@Nullable Alarm wait;
    private volatile @Nullable HttpResponse open;
    private volatile @Nullable Duration timedOutAfter;

    Call(ChatRequest request, CallScope scope, int others) {
      this.request = request;
      estimatedTokens = budget.isUnlimited() ? 0 : TokenEstimate.of(request);
      this.scope = scope;
      this.others = others;
    }

    void start() {
      scope.onEnd(this::ended);
      book();
    }

    private void book() {
      if (budget.isUnlimited()) {
        queue();
        return;
      }
      Duration left = scope.left();
      Duration delay = budget.book(estimatedTokens, left);
      if (delay.compareTo(left) > 0) {
        fail(failures.budgetOutlastsDeadline(delay));
        return;
      }
      booked.set(true);
      if (result.isDone()) {
        // It ended before it was booked, and could give nothing back.
        cleanUp();
        return;
      }
      if (delay.isZero()) {
        queue();
      } else {
        waitFor(delay);
      }
    }

    private void queue() {
      permits.acquire(this::admit);
    }

    /** Holds a permit. */
    private void admit() {
      if (result.isDone()) {
        permits.release();
        return;
      }
      if (health.coolDown.isOn()) {
        permits.release();
        coolOff();
      } else if (health.outage.isOn()) {
        permits.release();
        waitOut();
      } else if (!health.breaker.admits()) {
        permits.release();
        keepAway(health.breaker.untilTrial());
      } else {
        write();
      }
    }

    private void coolOff() {
      Duration cooling = health.coolDown.remaining();
      if (others > 0 && cooling.compareTo(scope.remaining()) > 0) {
        fail(failures.limitOutlastsDeadline(lastLimit, cooling));
      } else {
        waitFor(health.coolDown.remainingWithJitter());
      }
    }

    private void waitOut() {
      if (others > 0) {
        fail(failures.unavailable(" said that it is not well", health.outage.remaining()));
      } else {
        waits = true;
        waitFor(health.outage.remainingWithJitter());
      }
    }

    private void keepAway(Duration untilTrial) {
      if (waits && others == 0 && untilTrial.compareTo(scope.remaining()) < 0) {
        waitFor(untilTrial);
      } else {
        fail(failures.unavailable(" is not asked for a while: too many calls failed", untilTrial));
      }
    }

    private void waitFor(Duration delay) {
      wait = timer.schedule(delay, this::queue);
      if (result.isDone()) {
        cleanUp();
      }
    }

    /** Only now, so that a call that waits takes the room of its texts once. */
    private void write() {
      ChatRequest asked = request;
      byte @Nullable [] body = null;
      try {
        body = asked == null ? null : CompletionJson.write(asked, configuration);
      } catch (IllegalArgumentException e) {
        fail(JudgeException.unexpected(e));
      }
      if (body == null) {
        health.breaker.unknown();
        permits.release();
      } else {
        send(body);
      }
    }

    private void send(byte[] body) {
      booked.set(false);
      long sentAt = timer.nanoTime();
      int inFlight = permits.held();
      observer.sent();
      HttpResponse response = transport.send(body);
      open = response;
      Timer.@Nullable Alarm timeout = setTimeout(response);
      CompletableFuture<Void> unused =
          response
              .aggregate()
              .handle(
                  (answer, cause) -> {
                    observer.finished();
                    if (timeout != null) {
                      timeout.cancel();
                    }
                    EndpointReply reply = reply(answer, cause);
                    if (reply instanceof EndpointReply.Answered answered) {
                      observer.counted(answered.answer().usage());
                    }
                    health.note(reply, estimatedTokens, sentAt, inFlight);
                    permits.release();
                    settle(reply, sentAt);
                    return null;
                  });
      if (result.isDone()) {
        cleanUp();
      }
    }

    /** None when the call's deadline comes first. */
    private Timer.@Nullable Alarm setTimeout(HttpResponse response) {
      Duration left = scope.remaining();
      // Otherwise an endpoint that hangs would use up the time of those that stand in for it.
      Duration share = others == 0 ? left : left.dividedBy(others + 1L);
      Duration longest =
          configuration.timeout().compareTo(share) < 0 ? configuration.timeout() : share;
      return longest.compareTo(left) < 0
          ? timer.schedule(longest, () -> timeOut(response, longest))
          : null;
    }

    private void timeOut(HttpResponse response, Duration after) {
      timedOutAfter = after;
      response.abort();
    }

    private EndpointReply reply(
        @Nullable AggregatedHttpResponse answer, @Nullable Throwable cause) {
      if (answer != null) {
        try {
          return replies.read(answer, timer.now());
        } catch (RuntimeException e) {
          return new EndpointReply.Refused(JudgeException.unexpected(e));
        }
      }
      Duration waited = timedOutAfter;
      if (waited != null) {
        return new EndpointReply.Down(failures.timeout(waited));
      }
      if (result.isDone()) {
        return new EndpointReply.Abandoned();
      }
      JudgeException failure = transport.failure(cause);
      return failure.is(FailureType.ANSWER_TOO_LARGE)
          ? new EndpointReply.Refused(failure)
          : new EndpointReply.Down(failure);
    }

    private void settle(EndpointReply reply, long sentAt) {
      if (result.isDone()) {
        return;
      }
      if (reply instanceof EndpointReply.Answered answered) {
        if (!reachable.get() && reachable.compareAndSet(false, true)) {
          logger.info("endpoint {} answers again", configuration);
        }
        result.complete(answered.answer());
      } else if (reply instanceof EndpointReply.Overloaded overloaded && others == 0) {
        waits = true;
        lastLimit = overloaded.failure().getMessage();
        book();
      } else if (reply instanceof EndpointReply.Overloaded overloaded) {
        fail(overloaded.failure());
      } else if (reply instanceof EndpointReply.RateLimited limited) {
        limited(sentAt, limited);
      } else if (reply instanceof EndpointReply.Refused refused) {
        fail(refused.failure());
      } else if (reply instanceof EndpointReply.Down down) {
        fail(down.failure());
      }
    }

    private void limited(long sentAt, EndpointReply.RateLimited limited) {
      lastLimit = limited.message();
      observer.limited();
      if (health.coolDown.limited(sentAt, limited.retryAfter())) {
        Duration cooling = health.coolDown.remaining();
        logger.info(
            "endpoint {} limits the rate: nothing is sent for {} ms: {}",
            configuration,
            cooling.toMillis(),
            limited.message());
        peers.share(configuration.baseUrl(), configuration.model(), cooling);
      }
      book();
    }

    private void ended(CallScope.End reason) {
      switch (reason) {
        case CANCELLED, CLOSED -> fail(JudgeException.cancelled());
        case DEADLINE -> giveUp();
      }
    }

    private void giveUp() {
      Duration cooling = health.rest();
      if (lastLimit != null || !cooling.isZero()) {
        fail(failures.limitOutlastsDeadline(lastLimit, cooling));
      } else {
        fail(failures.deadline());
      }
    }

    private void fail(JudgeException failure) {
      boolean down =
          failure.is(FailureType.ENDPOINT_UNAVAILABLE) || failure.is(FailureType.ENDPOINT_REFUSED);
      if (down && reachable.compareAndSet(true, false)) {
        logger.warn("{}", failure.getMessage());
      }
      if (result.completeExceptionally(failure)) {
        cleanUp();
      }
    }

    /** Lets go of what a call that has ended still holds. */
    private void cleanUp() {
      request = null;
      Timer.Alarm alarm = wait;
      if (alarm != null) {
        alarm.cancel();
      }
      HttpResponse response = open;
      if (response != null) {
        response.abort();
      }
      if (booked.getAndSet(false)) {
        budget.cancel(estimatedTokens);
      }
    }
  }
}
