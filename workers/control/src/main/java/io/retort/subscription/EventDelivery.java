package io.retort.subscription;

import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.event.Deliveries;
import io.retort.event.DeliveryClient;
import io.retort.event.EventPublisher;
import io.retort.event.Subscriptions;
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
import java.util.Optional;
import java.util.function.BiFunction;

/** The parts of the control plane that manage subscriptions and deliver their events. */
public final class EventDelivery implements AutoCloseable {

  private final WorkflowClient client;
  private final Subscriptions subscriptions;
  private final SubscriptionServiceImpl service;
  private final DeliveryActivitiesImpl activities;
  private final WebhookSecrets secrets;
  private final WebhookSender sender;
  private final AliasAnnouncer announcer;
  private final DeliveryKeeper keeper;
  private Optional<DeliveryWorker> worker = Optional.empty();

  private EventDelivery(
      WorkflowClient client,
      Subscriptions subscriptions,
      AliasAnnouncer announcer,
      DeliveryKeeper keeper,
      SubscriptionServiceImpl service,
      DeliveryActivitiesImpl activities,
      WebhookSecrets secrets,
      WebhookSender sender) {
    this.client = client;
    this.subscriptions = subscriptions;
    this.announcer = announcer;
    this.keeper = keeper;
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
    DeliveryClient deliveryClient = new DeliveryClient(client, deadline);
    EventPublisher publisher = new EventPublisher(subscriptions, deliveries, deliveryClient);
    WebhookSender sender = new WebhookSender(addresses);
    AliasAnnouncer announcer = new AliasAnnouncer(store, storeUri, publisher, clock);
    return new EventDelivery(
        client,
        subscriptions,
        announcer,
        new DeliveryKeeper(subscriptions, deliveries, deliveryClient, announcer, clock),
        new SubscriptionServiceImpl(
            subscriptions,
            deliveries,
            deliveryClient,
            publisher,
            secrets,
            addresses,
            clock,
            thrown -> error(thrown, storeError, temporalError)),
        new DeliveryActivitiesImpl(subscriptions, deliveries, secrets, sender, clock),
        secrets,
        sender);
  }

  private static Optional<StatusRuntimeException> error(
      Exception thrown,
      BiFunction<String, IOException, StatusRuntimeException> storeError,
      BiFunction<String, StatusRuntimeException, StatusRuntimeException> temporalError) {
    if (thrown instanceof IOException e) {
      return Optional.of(storeError.apply("read or write subscriptions", e));
    }
    if (thrown instanceof StatusRuntimeException e && !RpcFailures.isOwn(e)) {
      return Optional.of(temporalError.apply("deliver an event", e));
    }
    return Optional.empty();
  }

  public SubscriptionServiceGrpc.SubscriptionServiceImplBase service() {
    return service;
  }

  /** Begins to call receivers, once Temporal answers; returns at once. */
  public synchronized void start() {
    worker = Optional.of(DeliveryWorker.start(client, activities));
    keeper.start();
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

  /** Tells subscribers of aliases that people move. */
  public AliasAnnouncer announcer() {
    return announcer;
  }

  @Override
  public synchronized void close() {
    keeper.close();
    worker.ifPresent(DeliveryWorker::close);
    sender.close();
  }
}
