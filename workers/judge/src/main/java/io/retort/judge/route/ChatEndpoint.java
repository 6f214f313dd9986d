package io.retort.judge.route;

import io.retort.judge.admission.EndpointAdmission;
import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.CallLifetime;
import io.retort.judge.time.Timer;
import io.retort.judge.wire.ChatTransport;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One endpoint, called asynchronously; no method blocks. */
final class ChatEndpoint implements ChatTarget, EndpointState {
  private static final Logger logger = LoggerFactory.getLogger(ChatEndpoint.class);

  final ChatTransport transport;
  final EndpointFailures failures;
  final Timer timer;
  final EndpointAdmission admission;
  final EndpointObserver observer;
  private final EndpointConfiguration configuration;
  private final Peers peers;
  private final AtomicBoolean reachable = new AtomicBoolean(true);

  /**
   * @param random uniform in [0, 1)
   */
  ChatEndpoint(
      EndpointConfiguration configuration,
      ChatTransport transport,
      Timer timer,
      DoubleSupplier random,
      Peers peers,
      EndpointObservers observers) {
    this.configuration = configuration;
    this.transport = transport;
    this.timer = timer;
    this.peers = peers;
    failures = new EndpointFailures(configuration);
    admission =
        new EndpointAdmission(configuration, timer, random, peers::workers, transport.executor());
    observer = observers.endpoint(this);
  }

  @Override
  public String name() {
    return configuration.name();
  }

  String model() {
    return configuration.model();
  }

  String modelVersion() {
    return configuration.modelVersion();
  }

  /** Time limit of a single call. */
  Duration timeout() {
    return configuration.timeout();
  }

  @Override
  public Duration coolDown() {
    return admission.pause();
  }

  @Override
  public int concurrencyLimit() {
    return admission.concurrencyLimit();
  }

  @Override
  public boolean isBreakerOpen() {
    return admission.isBreakerOpen();
  }

  /** Whether it serves {@code model} at {@code baseUrl}. */
  boolean serves(URI baseUrl, String model) {
    return configuration.baseUrl().equals(baseUrl) && configuration.model().equals(model);
  }

  /** Starts a cool-down that another worker reported. */
  void coolDown(Duration reported) {
    admission.shareCoolDown(
        reported.compareTo(Peers.LONGEST_COOL_DOWN) < 0 ? reported : Peers.LONGEST_COOL_DOWN);
  }

  @Override
  public CompletableFuture<ChatAnswer> complete(ChatRequest request, CallLifetime lifetime) {
    return complete(request, lifetime, 0);
  }

  /**
   * Calls the model.
   *
   * @param others number of endpoints that can be called after this one: each gets its share of the
   *     remaining time, and a rate limit beyond the deadline fails the call at once
   * @return fails with a {@link JudgeException}, never with anything else
   */
  CompletableFuture<ChatAnswer> complete(ChatRequest request, CallLifetime lifetime, int others) {
    return new EndpointCall(this, request, lifetime, others).start();
  }

  /** Records a rate limit, and shares the cool-down that it starts. */
  void rateLimited(long sentAt, Optional<Duration> retryAfter, String message) {
    observer.limited();
    if (admission.rateLimited(sentAt, retryAfter)) {
      Duration cooling = admission.coolDown();
      logger.info(
          "endpoint {} limits the rate: no call is sent for {} ms: {}",
          configuration,
          cooling.toMillis(),
          message);
      peers.share(configuration.baseUrl(), configuration.model(), cooling);
    }
  }

  /** Logs the first answer after {@link #unreachable}. */
  void reachable() {
    if (!reachable.get() && reachable.compareAndSet(false, true)) {
      logger.info("endpoint {} is reachable again", configuration);
    }
  }

  /** Logs the first failure after {@link #reachable}. */
  void unreachable(JudgeException failure) {
    if (reachable.compareAndSet(true, false)) {
      logger.warn("{}", failure.getMessage());
    }
  }
}
