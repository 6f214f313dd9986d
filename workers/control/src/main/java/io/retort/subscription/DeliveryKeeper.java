package io.retort.subscription;

import com.google.protobuf.util.Timestamps;
import io.retort.event.CloudEvents;
import io.retort.event.Deliveries;
import io.retort.event.DeliveryClient;
import io.retort.event.SubscriptionKey;
import io.retort.event.Subscriptions;
import io.retort.store.CorruptArtifactException;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryState;
import io.retort.v1.Subscription;
import io.retort.worker.DaemonThreads;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts deliveries in order that a dead process or an outage has left, and deletes old ones: soon
 * after the start, and then every few minutes. Several control planes may do so at once.
 */
final class DeliveryKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryKeeper.class);
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration PERIOD = Duration.ofMinutes(5);

  /** Of a subscription in one pass; the next one goes on after them. */
  private static final int MOST_PENDING = 1000;

  /** A delivery that is younger, or due for a shorter time, is in the hands of its own process. */
  private static final Duration LEFT_AFTER = Duration.ofMinutes(2);

  /** After this time nobody opens the delivery of an event any more. */
  private static final Duration NEVER_OPENED_AFTER = Duration.ofHours(1);

  private static final Duration KEPT = Duration.ofDays(30);

  private final Subscriptions subscriptions;
  private final Deliveries deliveries;
  private final DeliveryClient client;
  private final AliasAnnouncer announcer;
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("delivery-keeper"));

  // The rest is confined to one pass at a time.
  private Map<SubscriptionKey, String> seen = new HashMap<>();
  private String swept = "";

  DeliveryKeeper(
      Subscriptions subscriptions,
      Deliveries deliveries,
      DeliveryClient client,
      AliasAnnouncer announcer,
      Clock clock) {
    this.subscriptions = subscriptions;
    this.deliveries = deliveries;
    this.client = client;
    this.announcer = announcer;
    this.clock = clock;
  }

  void start() {
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(
            this::pass, FIRST.toSeconds(), PERIOD.toSeconds(), TimeUnit.SECONDS);
  }

  /** Each part is tried, whatever becomes of the others. */
  synchronized void pass() {
    attempt("subscribers are not told of all moves of aliases", announcer::completeLeft);
    attempt("deliveries that were left are not all started", this::restart);
    attempt("old deliveries are not all deleted", this::sweep);
  }

  private static void attempt(String otherwise, Part part) {
    try {
      part.run();
    } catch (IOException | RuntimeException e) {
      // An exception would end the schedule.
      LOG.warn("{} yet; tried again in {}: {}", otherwise, PERIOD, e.toString());
      LOG.debug("cause", e);
    }
  }

  private void restart() throws IOException {
    Map<SubscriptionKey, String> reached = new HashMap<>();
    for (Subscription subscription : subscriptions.all()) {
      SubscriptionKey key = SubscriptionKey.of(subscription);
      reached.put(key, restartLeft(key, seen.getOrDefault(key, "")));
    }
    seen = reached;
  }

  /**
   * Starts the deliveries that are pending and that no workflow makes.
   *
   * @param after those that earlier passes have looked at; empty to begin anew
   * @return what the next pass is to begin after
   */
  private String restartLeft(SubscriptionKey key, String after) throws IOException {
    Instant now = clock.instant();
    List<String> pending = deliveries.pending(key, after, MOST_PENDING);
    for (String eventId : pending) {
      try {
        restartOne(key, eventId, now);
      } catch (CorruptArtifactException e) {
        LOG.error(
            "event {} is not delivered to subscription {}: {}",
            eventId,
            key.name(),
            e.getMessage());
      }
    }
    return pending.size() < MOST_PENDING ? "" : pending.get(pending.size() - 1);
  }

  private void restartOne(SubscriptionKey key, String eventId, Instant now) throws IOException {
    Optional<Delivery> delivery = deliveries.read(key, eventId);
    boolean ended =
        delivery.isPresent() && delivery.get().getState() != DeliveryState.DELIVERY_STATE_PENDING;
    boolean neverOpened =
        delivery.isEmpty() && CloudEvents.at(eventId).isBefore(now.minus(NEVER_OPENED_AFTER));
    if (ended || neverOpened) {
      deliveries.settle(key, eventId);
    } else if (delivery.isPresent() && due(delivery.get()).isBefore(now.minus(LEFT_AFTER))) {
      client.restart(DeliveryClient.input(key, eventId));
    }
  }

  private static Instant due(Delivery delivery) {
    return Instant.ofEpochMilli(
        Timestamps.toMillis(
            delivery.hasNextAttemptAt() ? delivery.getNextAttemptAt() : delivery.getEventAt()));
  }

  /** Once a day. */
  private void sweep() throws IOException {
    Instant now = clock.instant();
    String today = day(now);
    if (today.equals(swept)) {
      return;
    }
    deliveries.deleteLeft(subscriptions);
    for (Subscription subscription : subscriptions.all()) {
      deliveries.deleteBefore(SubscriptionKey.of(subscription), day(now.minus(KEPT)));
    }
    swept = today;
  }

  private static String day(Instant instant) {
    return CloudEvents.day(CloudEvents.id(Timestamps.fromMillis(instant.toEpochMilli()), "x"));
  }

  /** Of a pass. */
  @FunctionalInterface
  private interface Part {
    void run() throws IOException;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
