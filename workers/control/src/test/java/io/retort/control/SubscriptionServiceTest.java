package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.event.Deliveries;
import io.retort.event.DeliveryClient;
import io.retort.event.EventPublisher;
import io.retort.event.Subscriptions;
import io.retort.registry.ModelVersions;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.AliasChange;
import io.retort.v1.DeleteSubscriptionRequest;
import io.retort.v1.DeleteSubscriptionResponse;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryError;
import io.retort.v1.DeliveryState;
import io.retort.v1.Event;
import io.retort.v1.EventData;
import io.retort.v1.EventType;
import io.retort.v1.GetSubscriptionRequest;
import io.retort.v1.ListDeliveriesRequest;
import io.retort.v1.ListDeliveriesResponse;
import io.retort.v1.ListSubscriptionsRequest;
import io.retort.v1.ListSubscriptionsResponse;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.PauseSubscriptionRequest;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.RedeliverRequest;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.ResumeSubscriptionRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.SendTestEventRequest;
import io.retort.v1.SetSubscriptionRequest;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import io.retort.v1.SubscriptionServiceGrpc;
import io.retort.webhook.WebhookSecret;
import io.retort.webhook.WebhookSignature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class SubscriptionServiceTest {
  static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  /** Deliveries of days long past are deleted. */
  private static final Timestamp START = Timestamps.fromMillis(System.currentTimeMillis());

  private static final ObjectMapper JSON = new ObjectMapper();

  private static ControlHarness control;
  private static SubscriptionServiceGrpc.SubscriptionServiceBlockingStub subscriptions;
  private static Receiver receiver;
  private static Path secrets;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    secrets = Files.writeString(folder.resolve("secrets.yaml"), "hooks: " + SECRET + "\n");
    control =
        new ControlHarness(
            folder.resolve("store"),
            Deadlines.DEFAULT,
            Map.of(
                "RETORT_WEBHOOK_SECRETS",
                secrets.toString(),
                "RETORT_WEBHOOK_ALLOW",
                "127.0.0.1",
                "RETORT_CALLS_PER_SECOND",
                "0"));
    subscriptions = control.client(SubscriptionServiceGrpc.SubscriptionServiceBlockingStub.class);
    receiver = new Receiver();
  }

  @AfterAll
  static void stop() {
    control.close();
    receiver.close();
  }

  @Test
  void setsListsAndDeletes() {
    Subscription first = set(config("list-a").build());
    Subscription second = set(config("list-a").setDescription("of the desk").build());
    Subscription unused = set(config("list-b").build());

    assertThat(first.getRevision()).isEqualTo(1);
    assertThat(first.getConfig().getTeam()).isEqualTo("default");
    assertThat(second.getRevision()).isEqualTo(2);
    assertThat(second.getCreatedAt()).isEqualTo(first.getCreatedAt());
    assertThat(second.getChangedBy()).isEqualTo("local");
    assertThat(get("list-a")).isEqualTo(second);
    ListSubscriptionsResponse page =
        subscriptions.listSubscriptions(
            ListSubscriptionsRequest.newBuilder().setPageSize(1).setPageToken("list").build());
    assertThat(page.getSubscriptionsList()).containsExactly(second);
    assertThat(page.getNextPageToken()).isEqualTo("list-a");

    assertThat(code(() -> delete("list-a", 1))).isEqualTo(Status.Code.ABORTED);
    assertThat(delete("list-a", 2)).isNotNull();
    assertThat(code(() -> get("list-a"))).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void refusesWhatCannotBeDelivered() {
    assertThat(refused(config("a").setUrl("http://169.254.169.254/latest").build()))
        .startsWith("config.url: 169.254.169.254 is 169.254.169.254, which is no public address");
    assertThat(refused(config("a").setUrl("nowhere").build())).startsWith("config.url: not a URL");
    assertThat(refused(config("a").clearSecrets().addSecrets("absent").build()))
        .startsWith("config.secrets: absent (expected: a name in the file RETORT_WEBHOOK_SECRETS");
    assertThat(refused(config("a").clearSecrets().build())).startsWith("config.secrets");
    assertThat(refused(config("../a").build())).startsWith("config.name");
    assertThat(refused(config("a").addEventTypes(EventType.EVENT_TYPE_SUBSCRIPTION_TEST).build()))
        .startsWith("config.event_types");
    assertThat(code(() -> get("../a"))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(
            code(
                () ->
                    subscriptions.resumeSubscription(
                        ResumeSubscriptionRequest.newBuilder().setName("../a").build())))
        .isEqualTo(Status.Code.NOT_FOUND);
    Subscription checked =
        subscriptions
            .setSubscription(
                SetSubscriptionRequest.newBuilder()
                    .setConfig(config("checked"))
                    .setValidateOnly(true)
                    .build())
            .getSubscription();
    assertThat(checked.getRevision()).isZero();
    assertThat(code(() -> get("checked"))).isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void deliversATestEventSignedAndSendsItAgainUnderTheSameId() throws Exception {
    Subscription unused = set(config("tested").build());

    Delivery begun = test("tested");
    assertThat(begun.getState()).isEqualTo(DeliveryState.DELIVERY_STATE_PENDING);
    AggregatedHttpRequest event = receiver.take(begun.getEventId());
    Delivery delivered = await("tested", begun.getEventId(), SubscriptionServiceTest::isDelivered);
    Delivery again =
        subscriptions
            .redeliver(
                RedeliverRequest.newBuilder()
                    .setName("tested")
                    .setEventId(begun.getEventId())
                    .build())
            .getDelivery();
    AggregatedHttpRequest repeated = receiver.take(begun.getEventId());

    assertThat(isSigned(event)).isTrue();
    assertThat(event.headers().get(WebhookSignature.ID)).isEqualTo(begun.getEventId());
    JsonNode body = JSON.readTree(event.contentUtf8());
    assertThat(body.get("specversion").asText()).isEqualTo("1.0");
    assertThat(body.get("type").asText()).isEqualTo("dev.retort.subscription.test.v1");
    assertThat(body.get("source").asText()).isEqualTo("/v1/subscriptions/tested");
    assertThat(body.get("data").get("subscription").asText()).isEqualTo("tested");
    assertThat(delivered.getAttemptsList()).hasSize(1);
    assertThat(delivered.getAttempts(0).getStatusCode()).isEqualTo(204);
    assertThat(delivered.getBody()).as("not in lists").isEmpty();
    assertThat(again.getState()).isEqualTo(DeliveryState.DELIVERY_STATE_PENDING);
    assertThat(repeated.contentUtf8()).isEqualTo(event.contentUtf8());
    assertThat(repeated.headers().get(WebhookSignature.ID)).isEqualTo(begun.getEventId());
    assertThat(
            await("tested", begun.getEventId(), found -> found.getAttemptsCount() == 2)
                .getAttempts(1)
                .getNumber())
        .isEqualTo(2);
    assertThat(
            code(
                () ->
                    subscriptions.redeliver(
                        RedeliverRequest.newBuilder()
                            .setName("tested")
                            .setEventId("20260101T000000000Z-none")
                            .build())))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aReceiverThatIsGonePausesItsSubscription() throws Exception {
    try (Receiver gone = new Receiver()) {
      gone.answer.set(HttpStatus.GONE);
      Subscription unused = set(config("gone").setUrl(gone.url()).build());
      Delivery begun = test("gone");
      Delivery failed =
          await(
              "gone",
              begun.getEventId(),
              found -> found.getState() == DeliveryState.DELIVERY_STATE_FAILED);

      assertThat(failed.getAttempts(0).getError()).isEqualTo(DeliveryError.DELIVERY_ERROR_GONE);
      assertThat(get("gone").getPause().getPausedBy()).isEqualTo("receiver");
      assertThat(code(() -> test("gone"))).isEqualTo(Status.Code.FAILED_PRECONDITION);
      Subscription resumed =
          subscriptions
              .resumeSubscription(ResumeSubscriptionRequest.newBuilder().setName("gone").build())
              .getSubscription();
      assertThat(resumed.hasPause()).isFalse();
    }
  }

  /** The second attempt follows the first by five to six seconds. */
  @Test
  void aFailedDeliveryIsRepeatedOnceItsCauseIsMended() throws Exception {
    String both = "hooks: " + SECRET + "\nlater: " + SECRET + "\n";
    Files.writeString(secrets, both);
    Subscription unused = set(config("later").clearSecrets().addSecrets("later").build());
    Files.writeString(secrets, "hooks: " + SECRET + "\n");
    Delivery begun = test("later");
    Delivery pending = await("later", begun.getEventId(), found -> found.getAttemptsCount() == 1);
    Files.writeString(secrets, both);

    Delivery delivered = await("later", begun.getEventId(), SubscriptionServiceTest::isDelivered);

    assertThat(pending.getState()).isEqualTo(DeliveryState.DELIVERY_STATE_PENDING);
    assertThat(pending.hasNextAttemptAt()).isTrue();
    assertThat(pending.getAttempts(0).getError())
        .isEqualTo(DeliveryError.DELIVERY_ERROR_SECRET_MISSING);
    assertThat(pending.getAttempts(0).getMessage()).startsWith("secrets: no later (expected:");
    assertThat(delivered.getAttemptsCount()).isEqualTo(2);
    assertThat(isSigned(receiver.take())).isTrue();
  }

  @Test
  void aSecretOfAnotherTeamIsNeitherAcceptedNorUsed() throws Exception {
    Files.writeString(secrets, "hooks: " + SECRET + "\nvision/private: " + SECRET + "\n");
    SubscriptionConfig.Builder borrowed =
        config("borrowed").clearSecrets().addSecrets("private").setUrl(receiver.url());

    assertThat(refused(borrowed.build()))
        .startsWith("config.secrets: private (expected: a name in the file")
        .contains("of all teams or of team default");
    assertThat(refused(borrowed.clone().clearSecrets().addSecrets("vision/private").build()))
        .startsWith("config.secrets");
    assertThat(set(borrowed.clone().setName("owner").setTeam("vision").build()).getRevision())
        .isEqualTo(1);

    // As one of before secrets had teams.
    Subscription kept =
        new Subscriptions(Store.open(control.storeUri), control.storeUri)
            .set(borrowed.setTeam("default").build(), 0, START, "local", stored -> {})
            .orElseThrow();
    assertThat(kept.getRevision()).isEqualTo(1);
    Delivery begun = test("borrowed");
    Delivery pending =
        await("borrowed", begun.getEventId(), found -> found.getAttemptsCount() == 1);
    assertThat(pending.getAttempts(0).getError())
        .isEqualTo(DeliveryError.DELIVERY_ERROR_SECRET_MISSING);
    assertThat(delete("borrowed", 1)).isNotNull();
  }

  /** The secret may be in the file. */
  @Test
  void aFileThatCannotBeReadIsNoFaultOfTheRequest() throws Exception {
    Path aside = secrets.resolveSibling("aside.yaml");
    Files.move(secrets, aside);
    try {
      StatusRuntimeException thrown =
          catchThrowableOfType(StatusRuntimeException.class, () -> set(config("early").build()));

      assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(thrown.getStatus().getDescription())
          .isEqualTo("the secrets of webhooks cannot be read now (expected: the same call later)");
    } finally {
      Files.move(aside, secrets);
    }
    assertThat(set(config("early").build()).getRevision()).isEqualTo(1);
  }

  @Test
  void eachSubscriptionThatSelectsAnEventReceivesItOnce() throws Exception {
    try (Receiver own = new Receiver()) {
      SubscriptionConfig.Builder base = config("selects").setUrl(own.url()).setTeam("vision");
      List<Subscription> made =
          List.of(
              set(base.build()),
              set(
                  base.setName("failures")
                      .addPhases(RunPhase.RUN_PHASE_FAILED)
                      .addEventTypes(EventType.EVENT_TYPE_RUN_PHASE_CHANGED)
                      .build()),
              set(base.setName("gold").clearPhases().putMatchLabels("tier", "gold").build()),
              set(
                  base.setName("aliases")
                      .clearMatchLabels()
                      .clearEventTypes()
                      .addEventTypes(EventType.EVENT_TYPE_MODEL_ALIAS_MOVED)
                      .build()),
              set(base.setName("strangers").setTeam("speech").clearEventTypes().build()));
      assertThat(made).hasSize(5);
      Subscription paused =
          subscriptions
              .pauseSubscription(
                  PauseSubscriptionRequest.newBuilder()
                      .setName(
                          set(base.setName("paused").setTeam("vision").build())
                              .getConfig()
                              .getName())
                      .setReason("moves")
                      .build())
              .getSubscription();
      assertThat(paused.getPause().getReason()).isEqualTo("moves");
      Store store = Store.open(control.storeUri);
      EventPublisher publisher =
          new EventPublisher(
              new Subscriptions(store, control.storeUri),
              new Deliveries(store, control.storeUri),
              new DeliveryClient(control.temporal(), Duration.ofSeconds(10)));
      Event failed = event(7, RunPhase.RUN_PHASE_FAILED, "");
      Event running = event(6, RunPhase.RUN_PHASE_RUNNING, "gold");

      publisher.publish(List.of(running, failed));
      publisher.publish(List.of(failed, running));

      Delivery last =
          await("selects", deliveries("selects").get(0).getEventId(), found -> isDelivered(found));
      assertThat(deliveries("selects")).hasSize(2);
      assertThat(last.getEventId()).endsWith("Z-demo-20260101-abcdef-7");
      assertThat(deliveries("failures")).hasSize(1);
      assertThat(deliveries("gold"))
          .singleElement()
          .satisfies(found -> assertThat(found.getEventId()).endsWith("Z-demo-20260101-abcdef-6"));
      for (String none : List.of("aliases", "strangers", "paused")) {
        assertThat(deliveries(none)).as(none).isEmpty();
      }
      for (int count = 0; count < 4; count++) {
        JsonNode body = JSON.readTree(own.take().contentUtf8());
        assertThat(body.get("source").asText()).isEqualTo("/v1/runs/demo-20260101-abcdef");
        assertThat(body.get("sequence").asText()).hasSize(10);
        assertThat(body.get("data").get("run").get("phase").asText()).startsWith("RUN_PHASE_");
      }
      assertThat(own.isEmpty()).isTrue();
    }
  }

  @Test
  void tellsOfAnAliasThatAPersonMoves() throws Exception {
    try (Receiver own = new Receiver()) {
      Subscription unused =
          set(
              config("released")
                  .setUrl(own.url())
                  .addEventTypes(EventType.EVENT_TYPE_MODEL_ALIAS_MOVED)
                  .build());
      Store store = Store.open(control.storeUri);
      ModelVersions versions = new ModelVersions(store, control.storeUri, "smol");
      assertThat(versions.reserve("run-1")).isEqualTo(1);
      byte[] provenance =
          StoredMessages.bytes(
              ReleaseProvenance.newBuilder()
                  .setRunId("run-1")
                  .setModel("smol")
                  .setVersion(1)
                  .build());
      assertThat(
              store.write(
                  Store.resolve(versions.folder(1), ModelVersions.PROVENANCE),
                  output -> output.write(provenance)))
          .isNotNull();
      PromoteAliasRequest promote =
          PromoteAliasRequest.newBuilder()
              .setReference("smol:v1")
              .setAlias("best")
              .setActor("ada")
              .setReason("better")
              .build();
      ModelServiceGrpc.ModelServiceBlockingStub models =
          control.client(ModelServiceGrpc.ModelServiceBlockingStub.class);

      AliasChange change = models.promoteAlias(promote).getChange();

      assertThat(change.getToVersion()).isEqualTo(1);
      JsonNode body = JSON.readTree(own.take().contentUtf8());
      assertThat(body.get("type").asText()).isEqualTo("dev.retort.model.alias_moved.v1");
      assertThat(body.get("source").asText()).isEqualTo("/v1/models/smol");
      assertThat(body.get("subject").asText()).isEqualTo("smol:best");
      assertThat(body.get("data").get("alias_change").get("actor").asText()).isEqualTo("ada");
    }
  }

  @Test
  void deliveriesAreListedInPages() throws Exception {
    Subscription unused = set(config("pages").build());
    for (int count = 0; count < 3; count++) {
      assertThat(test("pages").getEventId()).isNotEmpty();
      assertThat(isSigned(receiver.take())).isTrue();
    }

    ListDeliveriesResponse first = page("pages", "");
    ListDeliveriesResponse second = page("pages", first.getNextPageToken());

    assertThat(first.getDeliveriesCount()).isEqualTo(2);
    assertThat(second.getDeliveriesCount()).isEqualTo(1);
    assertThat(second.getNextPageToken()).isEmpty();
    assertThat(first.getDeliveries(0).getEventId())
        .isGreaterThan(first.getDeliveries(1).getEventId());
    assertThat(first.getDeliveries(1).getEventId())
        .isGreaterThan(second.getDeliveries(0).getEventId());
  }

  private static ListDeliveriesResponse page(String name, String token) {
    return subscriptions.listDeliveries(
        ListDeliveriesRequest.newBuilder()
            .setName(name)
            .setPageSize(2)
            .setPageToken(token)
            .build());
  }

  private static Event event(int sequence, RunPhase phase, String tier) {
    return Event.newBuilder()
        .setType(EventType.EVENT_TYPE_RUN_PHASE_CHANGED)
        .setAt(Timestamps.add(START, Durations.fromSeconds(sequence)))
        .setSequence(sequence)
        .setData(
            EventData.newBuilder()
                .setRun(
                    Run.newBuilder()
                        .setRunId("demo-20260101-abcdef")
                        .setPhase(phase)
                        .putLabels("tier", tier)
                        .setSpec(RunSpec.newBuilder().setTeam("vision"))))
        .build();
  }

  private static boolean isSigned(AggregatedHttpRequest event) {
    return WebhookSignature.verify(
        event.headers().get(WebhookSignature.ID, ""),
        event.headers().get(WebhookSignature.TIMESTAMP, ""),
        event.headers().get(WebhookSignature.SIGNATURE, ""),
        event.content().array(),
        List.of(WebhookSecret.parse(SECRET).orElseThrow()),
        Instant.now());
  }

  private static boolean isDelivered(Delivery delivery) {
    return delivery.getState() == DeliveryState.DELIVERY_STATE_DELIVERED;
  }

  private static Delivery await(String name, String event, Predicate<Delivery> wanted) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (System.nanoTime() < end) {
      for (Delivery delivery : deliveries(name)) {
        if (delivery.getEventId().equals(event) && wanted.test(delivery)) {
          return delivery;
        }
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("not so: " + deliveries(name));
  }

  private static List<Delivery> deliveries(String name) {
    return subscriptions
        .listDeliveries(ListDeliveriesRequest.newBuilder().setName(name).build())
        .getDeliveriesList();
  }

  private static Delivery test(String name) {
    return subscriptions
        .sendTestEvent(SendTestEventRequest.newBuilder().setName(name).build())
        .getDelivery();
  }

  @Test
  void aPhaseThatNoEventTellsIsRefused() {
    assertThat(
            refused(config("waiting").addPhases(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES).build()))
        .contains(
            "config.phases[0]: WAITING_FOR_RESOURCES (expected: one of QUEUED, RUNNING, PAUSED,",
            "a run whose trainers wait is RUNNING");
  }

  private static SubscriptionConfig.Builder config(String name) {
    return SubscriptionConfig.newBuilder().setName(name).setUrl(receiver.url()).addSecrets("hooks");
  }

  private static Subscription set(SubscriptionConfig config) {
    return subscriptions
        .setSubscription(SetSubscriptionRequest.newBuilder().setConfig(config).build())
        .getSubscription();
  }

  private static Subscription get(String name) {
    return subscriptions
        .getSubscription(GetSubscriptionRequest.newBuilder().setName(name).build())
        .getSubscription();
  }

  private static DeleteSubscriptionResponse delete(String name, long revision) {
    return subscriptions.deleteSubscription(
        DeleteSubscriptionRequest.newBuilder().setName(name).setExpectedRevision(revision).build());
  }

  private static String refused(SubscriptionConfig config) {
    StatusRuntimeException thrown =
        catchThrowableOfType(StatusRuntimeException.class, () -> set(config));
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    return String.valueOf(thrown.getStatus().getDescription());
  }

  private static Status.Code code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).isNotNull();
    return thrown.getStatus().getCode();
  }
}
