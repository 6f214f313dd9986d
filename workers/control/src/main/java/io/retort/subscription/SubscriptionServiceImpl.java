package io.retort.subscription;

import com.google.common.io.BaseEncoding;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.call.Answers;
import io.retort.enums.EnumText;
import io.retort.enums.RunPhases;
import io.retort.error.RpcFailures;
import io.retort.event.CloudEvents;
import io.retort.event.Deliveries;
import io.retort.event.DeliveryClient;
import io.retort.event.EventPublisher;
import io.retort.event.SubscriptionKey;
import io.retort.event.Subscriptions;
import io.retort.identity.Caller;
import io.retort.spec.SpecViolation;
import io.retort.v1.DeleteSubscriptionRequest;
import io.retort.v1.DeleteSubscriptionResponse;
import io.retort.v1.Delivery;
import io.retort.v1.Event;
import io.retort.v1.EventData;
import io.retort.v1.EventType;
import io.retort.v1.GetSubscriptionRequest;
import io.retort.v1.GetSubscriptionResponse;
import io.retort.v1.ListDeliveriesRequest;
import io.retort.v1.ListDeliveriesResponse;
import io.retort.v1.ListSubscriptionsRequest;
import io.retort.v1.ListSubscriptionsResponse;
import io.retort.v1.PauseSubscriptionRequest;
import io.retort.v1.PauseSubscriptionResponse;
import io.retort.v1.RedeliverRequest;
import io.retort.v1.RedeliverResponse;
import io.retort.v1.ResumeSubscriptionRequest;
import io.retort.v1.ResumeSubscriptionResponse;
import io.retort.v1.Role;
import io.retort.v1.SendTestEventRequest;
import io.retort.v1.SendTestEventResponse;
import io.retort.v1.SetSubscriptionRequest;
import io.retort.v1.SetSubscriptionResponse;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import io.retort.v1.SubscriptionPause;
import io.retort.v1.SubscriptionServiceGrpc;
import io.retort.webhook.ReceiverAddresses;
import io.retort.webhook.WebhookSecrets;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The API of subscriptions. */
public final class SubscriptionServiceImpl
    extends SubscriptionServiceGrpc.SubscriptionServiceImplBase {
  private static final int MOST = 200;
  private static final int DEFAULT_PAGE = 100;
  private static final int DEFAULT_DELIVERIES = 50;
  private static final int RANDOM_BYTES = 6;

  private final SecureRandom random = new SecureRandom();
  private final Subscriptions subscriptions;
  private final Deliveries deliveries;
  private final DeliveryClient client;
  private final EventPublisher publisher;
  private final WebhookSecrets secrets;
  private final ReceiverAddresses addresses;
  private final Clock clock;
  private final Answers answers;

  /**
   * @param errors as in {@link Answers}
   */
  public SubscriptionServiceImpl(
      Subscriptions subscriptions,
      Deliveries deliveries,
      DeliveryClient client,
      EventPublisher publisher,
      WebhookSecrets secrets,
      ReceiverAddresses addresses,
      Clock clock,
      Function<Exception, Optional<StatusRuntimeException>> errors) {
    this.subscriptions = subscriptions;
    this.deliveries = deliveries;
    this.client = client;
    this.publisher = publisher;
    this.secrets = secrets;
    this.addresses = addresses;
    this.clock = clock;
    answers = new Answers(errors);
  }

  @Override
  public void setSubscription(
      SetSubscriptionRequest request, StreamObserver<SetSubscriptionResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> SetSubscriptionResponse.newBuilder().setSubscription(set(request)).build());
  }

  @Override
  public void getSubscription(
      GetSubscriptionRequest request, StreamObserver<GetSubscriptionResponse> observer) {
    answers.answer(
        request,
        observer,
        () ->
            GetSubscriptionResponse.newBuilder()
                .setSubscription(require(request.getName()))
                .build());
  }

  @Override
  public void listSubscriptions(
      ListSubscriptionsRequest request, StreamObserver<ListSubscriptionsResponse> observer) {
    answers.answer(request, observer, () -> list(request));
  }

  @Override
  public void deleteSubscription(
      DeleteSubscriptionRequest request, StreamObserver<DeleteSubscriptionResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          SubscriptionKey deleted =
              subscriptions
                  .delete(
                      request.getName(),
                      now(),
                      Caller.current().name(),
                      stored -> {
                        requireOperator(stored);
                        if (request.getExpectedRevision() != 0
                            && request.getExpectedRevision() != stored.getRevision()) {
                          throw SubscriptionErrors.changed(
                              request.getName(), request.getExpectedRevision());
                        }
                      })
                  .orElseThrow(() -> SubscriptionErrors.notFound(request.getName()));
          // What a call leaves that is cut short here is deleted within a day.
          deliveries.delete(deleted);
          return DeleteSubscriptionResponse.getDefaultInstance();
        });
  }

  @Override
  public void pauseSubscription(
      PauseSubscriptionRequest request, StreamObserver<PauseSubscriptionResponse> observer) {
    answers.answer(
        request,
        observer,
        () ->
            PauseSubscriptionResponse.newBuilder()
                .setSubscription(
                    subscriptions
                        .pause(
                            request.getName(),
                            SubscriptionPause.newBuilder()
                                .setPausedBy(Caller.current().name())
                                .setPausedAt(now())
                                .setReason(request.getReason())
                                .build(),
                            SubscriptionServiceImpl::requireOperator)
                        .orElseThrow(() -> SubscriptionErrors.notFound(request.getName())))
                .build());
  }

  @Override
  public void resumeSubscription(
      ResumeSubscriptionRequest request, StreamObserver<ResumeSubscriptionResponse> observer) {
    answers.answer(
        request,
        observer,
        () ->
            ResumeSubscriptionResponse.newBuilder()
                .setSubscription(
                    subscriptions
                        .resume(request.getName(), SubscriptionServiceImpl::requireOperator)
                        .orElseThrow(() -> SubscriptionErrors.notFound(request.getName())))
                .build());
  }

  @Override
  public void sendTestEvent(
      SendTestEventRequest request, StreamObserver<SendTestEventResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          Subscription subscription = requireRunning(request.getName());
          Event event =
              Event.newBuilder()
                  .setType(EventType.EVENT_TYPE_SUBSCRIPTION_TEST)
                  .setAt(now())
                  .setData(EventData.newBuilder().setSubscription(request.getName()))
                  .build();
          byte[] bytes = new byte[RANDOM_BYTES];
          random.nextBytes(bytes);
          String id =
              CloudEvents.id(
                  event.getAt(), "test-" + BaseEncoding.base16().lowerCase().encode(bytes));
          return SendTestEventResponse.newBuilder()
              .setDelivery(publisher.deliver(subscription, id, event))
              .build();
        });
  }

  @Override
  public void listDeliveries(
      ListDeliveriesRequest request, StreamObserver<ListDeliveriesResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          SubscriptionKey subscription = SubscriptionKey.of(require(request.getName()));
          String token = request.getPageToken();
          if (!token.isEmpty() && !CloudEvents.isId(token)) {
            throw RpcFailures.invalid(
                RpcFailures.REQUEST_INVALID,
                List.of(
                    new SpecViolation(
                        "page_token", "not one of a page (expected: next_page_token of a page)")));
          }
          int size = request.getPageSize() == 0 ? DEFAULT_DELIVERIES : request.getPageSize();
          List<Delivery> page = deliveries.list(subscription, token, size + 1);
          ListDeliveriesResponse.Builder response = ListDeliveriesResponse.newBuilder();
          response.addAllDeliveries(page.subList(0, Math.min(size, page.size())));
          if (page.size() > size) {
            response.setNextPageToken(page.get(size - 1).getEventId());
          }
          return response.build();
        });
  }

  @Override
  public void redeliver(RedeliverRequest request, StreamObserver<RedeliverResponse> observer) {
    answers.answer(
        request,
        observer,
        () -> {
          SubscriptionKey subscription = SubscriptionKey.of(requireRunning(request.getName()));
          Optional<Delivery> pending = deliveries.reopen(subscription, request.getEventId());
          Delivery delivery =
              pending.orElseThrow(
                  () -> SubscriptionErrors.noDelivery(request.getName(), request.getEventId()));
          client.deliverNow(DeliveryClient.input(subscription, request.getEventId()));
          return RedeliverResponse.newBuilder().setDelivery(delivery).build();
        });
  }

  private Subscription set(SetSubscriptionRequest request) throws IOException {
    SubscriptionConfig config =
        request.getConfig().toBuilder()
            .setName(name(request))
            .setTeam(Subscriptions.team(request.getConfig().getTeam()))
            .build();
    List<SpecViolation> violations = new ArrayList<>();
    if (config.getName().isEmpty() || !config.getName().equals(nameOfConfig(request))) {
      violations.add(
          new SpecViolation(
              "config.name",
              nameOfConfig(request)
                  + " (expected: the name, as in the request's own field name if that is set)"));
    }
    addresses
        .problem(config.getUrl())
        .ifPresent(problem -> violations.add(new SpecViolation("config.url", problem)));
    violations.addAll(
        secrets.violations("config.secrets", config.getTeam(), config.getSecretsList()));
    for (int i = 0; i < config.getPhasesCount(); i++) {
      if (!RunPhases.LISTED.contains(config.getPhases(i))) {
        violations.add(
            new SpecViolation(
                "config.phases[" + i + "]",
                EnumText.shortName(config.getPhases(i))
                    + " (expected: "
                    + RunPhases.LISTED_EXPECTED
                    + ")"));
      }
    }
    if (!violations.isEmpty()) {
      throw RpcFailures.invalid(RpcFailures.REQUEST_INVALID, violations);
    }
    Optional<Subscription> stored = subscriptions.read(config.getName());
    if (stored.isEmpty() && subscriptions.all().size() >= MOST) {
      throw SubscriptionErrors.tooMany(MOST);
    }
    if (request.getValidateOnly()) {
      stored.ifPresent(SubscriptionServiceImpl::requireOperator);
      return stored.orElse(Subscription.getDefaultInstance()).toBuilder().setConfig(config).build();
    }
    return subscriptions
        .set(
            config,
            request.getExpectedRevision(),
            now(),
            Caller.current().name(),
            SubscriptionServiceImpl::requireOperator)
        .orElseThrow(
            () -> SubscriptionErrors.changed(config.getName(), request.getExpectedRevision()));
  }

  /** The request's name, which may be in one of two places. */
  static String name(SetSubscriptionRequest request) {
    return request.getName().isEmpty() ? request.getConfig().getName() : request.getName();
  }

  private static String nameOfConfig(SetSubscriptionRequest request) {
    String own = request.getConfig().getName();
    return own.isEmpty() ? request.getName() : own;
  }

  private ListSubscriptionsResponse list(ListSubscriptionsRequest request) throws IOException {
    int size = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    Caller caller = Caller.current();
    List<Subscription> visible =
        subscriptions.all().stream()
            .filter(found -> found.getConfig().getName().compareTo(request.getPageToken()) > 0)
            .filter(found -> caller.holds(Role.ROLE_VIEWER, SubscriptionResources.team(found)))
            .toList();
    ListSubscriptionsResponse.Builder response =
        ListSubscriptionsResponse.newBuilder()
            .addAllSubscriptions(visible.subList(0, Math.min(size, visible.size())));
    if (visible.size() > size) {
      response.setNextPageToken(visible.get(size - 1).getConfig().getName());
    }
    return response.build();
  }

  /** Another team may have taken the name since the call was allowed. */
  private static void requireOperator(Subscription stored) {
    if (!Caller.current().holds(Role.ROLE_OPERATOR, SubscriptionResources.team(stored))) {
      throw RpcFailures.ofOtherTeam("subscription", stored.getConfig().getName());
    }
  }

  private Subscription require(String name) throws IOException {
    return subscriptions.read(name).orElseThrow(() -> SubscriptionErrors.notFound(name));
  }

  /** One that the caller may have call its receiver now. */
  private Subscription requireRunning(String name) throws IOException {
    Subscription subscription = require(name);
    requireOperator(subscription);
    if (subscription.hasPause()) {
      throw SubscriptionErrors.paused(name);
    }
    return subscription;
  }

  private Timestamp now() {
    return Timestamps.fromMillis(clock.millis());
  }
}
