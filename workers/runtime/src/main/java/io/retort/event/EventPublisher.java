package io.retort.event;

import io.retort.v1.Delivery;
import io.retort.v1.DeliveryState;
import io.retort.v1.Event;
import io.retort.v1.EventType;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Hands over events to a delivery for each subscription that selects them. Can be repeated: the
 * same event is delivered to a subscription once.
 */
public final class EventPublisher {
  private final Subscriptions subscriptions;
  private final Deliveries deliveries;
  private final DeliveryClient client;

  public EventPublisher(Subscriptions subscriptions, Deliveries deliveries, DeliveryClient client) {
    this.subscriptions = subscriptions;
    this.deliveries = deliveries;
    this.client = client;
  }

  /**
   * Events of runs.
   *
   * @throws IOException if the store, and {@link io.grpc.StatusRuntimeException} if Temporal cannot
   *     be reached
   */
  public void publish(List<Event> events) throws IOException {
    if (events.isEmpty()) {
      return;
    }
    List<Subscription> all = subscriptions.all();
    for (Event event : events) {
      Set<String> teams = Set.of(Subscriptions.team(event.getData().getRun().getSpec().getTeam()));
      publish(all, CloudEvents.idOfRunEvent(event), event, teams);
    }
  }

  /** An event that is about something else than a run, which belongs to the teams. */
  public void publish(String eventId, Event event, Set<String> teams) throws IOException {
    publish(subscriptions.all(), eventId, event, teams);
  }

  /** Delivers an event to one subscription, whatever it selects. */
  public Delivery deliver(Subscription subscription, String eventId, Event event)
      throws IOException {
    SubscriptionKey key = SubscriptionKey.of(subscription);
    Delivery stored =
        deliveries.open(
            Delivery.newBuilder()
                .setSubscription(key.name())
                .setSubscriptionUid(key.uid())
                .setTeam(Subscriptions.team(subscription.getConfig().getTeam()))
                .setEventId(eventId)
                .setEventType(event.getType())
                .setRunId(event.getData().getRun().getRunId())
                .setEventAt(event.getAt())
                .setState(DeliveryState.DELIVERY_STATE_PENDING)
                .setBody(CloudEvents.body(eventId, event))
                .build());
    if (stored.getState() == DeliveryState.DELIVERY_STATE_PENDING) {
      client.start(DeliveryClient.input(key, eventId));
    }
    return stored;
  }

  private void publish(List<Subscription> all, String eventId, Event event, Set<String> teams)
      throws IOException {
    for (Subscription subscription : all) {
      if (!subscription.hasPause() && selects(subscription.getConfig(), event, teams)) {
        Delivery unused = deliver(subscription, eventId, event);
      }
    }
  }

  private static boolean selects(SubscriptionConfig config, Event event, Set<String> teams) {
    boolean ofType =
        config.getEventTypesCount() == 0 || config.getEventTypesList().contains(event.getType());
    boolean ofPhase =
        event.getType() != EventType.EVENT_TYPE_RUN_PHASE_CHANGED
            || config.getPhasesCount() == 0
            || config.getPhasesList().contains(event.getData().getRun().getPhase());
    return ofType
        && ofPhase
        && teams.contains(Subscriptions.team(config.getTeam()))
        && event
            .getData()
            .getRun()
            .getLabelsMap()
            .entrySet()
            .containsAll(config.getMatchLabelsMap().entrySet());
  }
}
