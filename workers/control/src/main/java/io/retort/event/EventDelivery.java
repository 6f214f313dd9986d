package io.retort.event;

import io.grpc.StatusRuntimeException;
import io.retort.identity.Resources;
import io.retort.store.Store;
import io.retort.v1.SubscriptionServiceGrpc;
import io.retort.webhook.ReceiverAddresses;
import io.retort.webhook.WebhookSecrets;
import io.retort.webhook.WebhookSender;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.BiFunction;

/** The parts of the control plane that manage subscriptions and deliver their events. */
public final class EventDelivery implements AutoCloseable {
  private final Subscriptions subscriptions;
  private final SubscriptionServiceImpl service;
  private final DeliveryActivitiesImpl activities;
  private final WebhookSecrets secrets;
  private final WebhookSender sender;

  private EventDelivery(
      Subscriptions subscriptions,
      SubscriptionServiceImpl service,
      DeliveryActivitiesImpl activities,
      WebhookSecrets secrets,
      WebhookSender sender) {
    this.subscriptions = subscriptions;
    this.service = service;
    this.activities = activities;
    this.secrets = secrets;
    this.sender = sender;
  }

  /**
   * @param deadline of a call to Temporal
   * @param storeError the error of the API for what could not be done, and why
   * @param temporalError likewise
   * @throws ConfigurationException if {@code RETORT_WEBHOOK_SECRETS} or {@code
   *     RETORT_WEBHOOK_ALLOW} is not valid
   */
  public static EventDelivery open(
      Environment environment,
      WorkflowClient client,
      Store store,
      String storeUri,
      Clock clock,
      Duration deadline,
      BiFunction<String, IOException, StatusRuntimeException> storeError,
      BiFunction<String, StatusRuntimeException, StatusRuntimeException> temporalError) {
    WebhookSecrets secrets = WebhookSecrets.of(environment);
    ReceiverAddresses addresses = ReceiverAddresses.of(environment);
    Subscriptions subscriptions = new Subscriptions(store, storeUri);
    Deliveries deliveries = new Deliveries(store, storeUri);
    WebhookSender sender = new WebhookSender(addresses);
    return new EventDelivery(
        subscriptions,
        new SubscriptionServiceImpl(
            subscriptions,
            deliveries,
            new DeliveryClient(client, deadline),
            secrets,
            addresses,
            clock,
            storeError,
            temporalError),
        new DeliveryActivitiesImpl(subscriptions, deliveries, secrets, sender, clock),
        secrets,
        sender);
  }

  public SubscriptionServiceGrpc.SubscriptionServiceImplBase service() {
    return service;
  }

  /** For the worker of the control plane. */
  public DeliveryActivities activities() {
    return activities;
  }

  /** Those of webhooks in both directions. */
  public WebhookSecrets secrets() {
    return secrets;
  }

  /**
   * Knows the teams of subscriptions.
   *
   * @param others asked about requests to other services
   */
  public Resources resources(Resources others) {
    return new SubscriptionResources(subscriptions, others);
  }

  @Override
  public void close() {
    sender.close();
  }
}
