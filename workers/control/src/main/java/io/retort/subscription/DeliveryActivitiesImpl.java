package io.retort.subscription;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.retort.event.Deliveries;
import io.retort.event.DeliveryActivities;
import io.retort.event.SubscriptionKey;
import io.retort.event.Subscriptions;
import io.retort.failure.Failures;
import io.retort.store.StoreFailures;
import io.retort.v1.DeliverEventRequest;
import io.retort.v1.DeliverEventResponse;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryAttempt;
import io.retort.v1.DeliveryError;
import io.retort.v1.DeliveryState;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionPause;
import io.retort.webhook.WebhookAnswer;
import io.retort.webhook.WebhookSecret;
import io.retort.webhook.WebhookSecrets;
import io.retort.webhook.WebhookSender;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the receiver of a subscription as it is now, and records what came of it. */
public final class DeliveryActivitiesImpl implements DeliveryActivities {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryActivitiesImpl.class);
  private static final int MOST_ATTEMPTS = 30;

  private final Subscriptions subscriptions;
  private final Deliveries deliveries;
  private final WebhookSecrets secrets;
  private final WebhookSender sender;
  private final Clock clock;

  public DeliveryActivitiesImpl(
      Subscriptions subscriptions,
      Deliveries deliveries,
      WebhookSecrets secrets,
      WebhookSender sender,
      Clock clock) {
    this.subscriptions = subscriptions;
    this.deliveries = deliveries;
    this.secrets = secrets;
    this.sender = sender;
    this.clock = clock;
  }

  @Override
  public DeliverEventResponse deliverEvent(DeliverEventRequest request) {
    try {
      SubscriptionKey key = key(request);
      Optional<Subscription> subscription =
          subscriptions.read(request.getSubscription()).filter(key::isOf);
      Optional<Delivery> delivery = deliveries.read(key, request.getEventId());
      if (subscription.isEmpty() || delivery.isEmpty()) {
        // Deleted meanwhile; the name may have another owner.
        return ended(DeliveryState.DELIVERY_STATE_CANCELLED);
      }
      if (!request.getAsked()
          && delivery.get().getState() != DeliveryState.DELIVERY_STATE_PENDING) {
        // By an earlier workflow of the same delivery, or an activity whose answer was lost.
        return ended(delivery.get().getState());
      }
      if (subscription.get().hasPause()) {
        Optional<Delivery> unused =
            deliveries.update(
                key,
                request.getEventId(),
                stored ->
                    stored.toBuilder()
                        .setState(DeliveryState.DELIVERY_STATE_CANCELLED)
                        .clearNextAttemptAt()
                        .build());
        return ended(DeliveryState.DELIVERY_STATE_CANCELLED);
      }
      return attempt(subscription.get(), delivery.get(), request);
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failures.platform("INTERRUPTED", "the control plane stops", e);
    }
  }

  private DeliverEventResponse attempt(
      Subscription subscription, Delivery delivery, DeliverEventRequest request)
      throws IOException, InterruptedException {
    Instant at = clock.instant();
    WebhookAnswer answer = call(subscription, delivery, at);
    DeliveryState state = state(answer, request);
    if (answer.error() == DeliveryError.DELIVERY_ERROR_GONE) {
      subscriptions.pauseReceiver(
          key(request),
          subscription.getConfig().getUrl(),
          SubscriptionPause.newBuilder()
              .setPausedBy("receiver")
              .setPausedAt(timestamp(at))
              .setReason("the receiver has answered 410 Gone")
              .build());
    }
    Duration next = Duration.ofMillis(Durations.toMillis(request.getNextDelay()));
    Duration wait = answer.retryAfter().compareTo(next) > 0 ? answer.retryAfter() : next;
    Instant ended = clock.instant();
    DeliveryAttempt made =
        DeliveryAttempt.newBuilder()
            .setAt(timestamp(at))
            .setDuration(Durations.fromMillis(Duration.between(at, ended).toMillis()))
            .setStatusCode(answer.status())
            .setError(answer.error())
            .setMessage(answer.message())
            .setAnswer(answer.text())
            .build();
    Optional<Delivery> kept =
        deliveries.update(
            key(request),
            request.getEventId(),
            stored -> with(made, state, ended.plus(wait), stored));
    if (!answer.isSuccess()) {
      LOG.warn(
          "event {} has not reached subscription {}: {}",
          request.getEventId(),
          request.getSubscription(),
          answer.message());
    }
    return DeliverEventResponse.newBuilder()
        .setState(kept.map(Delivery::getState).orElse(DeliveryState.DELIVERY_STATE_CANCELLED))
        .setRetryAfter(Durations.fromMillis(answer.retryAfter().toMillis()))
        .build();
  }

  private WebhookAnswer call(Subscription subscription, Delivery delivery, Instant at)
      throws InterruptedException {
    String team = SubscriptionResources.team(subscription);
    List<String> names = subscription.getConfig().getSecretsList();
    List<WebhookSecret> found = secrets.find(team, names);
    if (found.size() < names.size()) {
      return WebhookAnswer.failed(
          DeliveryError.DELIVERY_ERROR_SECRET_MISSING,
          secrets
              .problem()
              .map(problem -> "RETORT_WEBHOOK_SECRETS: " + problem)
              .orElseGet(
                  () ->
                      "secrets: no "
                          + String.join(", ", secrets.missing(team, names))
                          + " (expected: a line of that name in RETORT_WEBHOOK_SECRETS, of all"
                          + " teams or of team "
                          + team
                          + ")"));
    }
    return sender.send(
        subscription.getConfig().getUrl(), delivery.getEventId(), at, delivery.getBody(), found);
  }

  private static DeliveryState state(WebhookAnswer answer, DeliverEventRequest request) {
    if (answer.isSuccess()) {
      return DeliveryState.DELIVERY_STATE_DELIVERED;
    }
    boolean last = !request.hasNextDelay() || answer.error() == DeliveryError.DELIVERY_ERROR_GONE;
    return last ? DeliveryState.DELIVERY_STATE_FAILED : DeliveryState.DELIVERY_STATE_PENDING;
  }

  private static Delivery with(
      DeliveryAttempt made, DeliveryState result, Instant next, Delivery stored) {
    // What the receiver has stays delivered, whatever becomes of an attempt at the same time.
    DeliveryState state =
        stored.getState() == DeliveryState.DELIVERY_STATE_DELIVERED ? stored.getState() : result;
    List<DeliveryAttempt> attempts = new ArrayList<>(stored.getAttemptsList());
    int number = attempts.isEmpty() ? 1 : attempts.get(attempts.size() - 1).getNumber() + 1;
    attempts.add(made.toBuilder().setNumber(number).build());
    Delivery.Builder changed =
        stored.toBuilder()
            .setState(state)
            .clearAttempts()
            .addAllAttempts(
                attempts.subList(Math.max(0, attempts.size() - MOST_ATTEMPTS), attempts.size()))
            .clearNextAttemptAt();
    if (state == DeliveryState.DELIVERY_STATE_PENDING) {
      changed.setNextAttemptAt(timestamp(next));
    }
    return changed.build();
  }

  private static SubscriptionKey key(DeliverEventRequest request) {
    return new SubscriptionKey(request.getSubscription(), request.getSubscriptionUid());
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamps.fromMillis(instant.toEpochMilli());
  }

  private static DeliverEventResponse ended(DeliveryState state) {
    return DeliverEventResponse.newBuilder().setState(state).build();
  }
}
