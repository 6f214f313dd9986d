package io.retort.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.activity.TaskQueues;
import io.retort.event.CloudEvents;
import io.retort.event.Deliveries;
import io.retort.event.DeliveryActivities;
import io.retort.event.DeliveryClient;
import io.retort.event.DeliveryWorkflow;
import io.retort.event.DeliveryWorkflowImpl;
import io.retort.event.EventPublisher;
import io.retort.event.SubscriptionKey;
import io.retort.event.Subscriptions;
import io.retort.registry.AliasException;
import io.retort.registry.Aliases;
import io.retort.store.Store;
import io.retort.v1.AliasChange;
import io.retort.v1.DeliverEventRequest;
import io.retort.v1.DeliverEventResponse;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryState;
import io.retort.v1.Event;
import io.retort.v1.EventData;
import io.retort.v1.EventType;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import io.retort.webhook.ReceiverAddresses;
import io.retort.webhook.WebhookSecrets;
import io.retort.webhook.WebhookSender;
import io.retort.worker.Environment;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class DeliveryKeeperTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Event EVENT =
      Event.newBuilder()
          .setType(EventType.EVENT_TYPE_SUBSCRIPTION_TEST)
          .setAt(at(NOW))
          .setData(EventData.newBuilder().setSubscription("desk"))
          .build();

  private final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder().setUseTimeskipping(false).build());
  private final BlockingQueue<String> attempted = new LinkedBlockingQueue<>();

  @TempDir Path folder = Path.of("");
  private Store store = Store.open("file:///");
  private String root = "";
  private Subscriptions subscriptions = new Subscriptions(store, root);
  private Deliveries deliveries = new Deliveries(store, root);
  private Subscription desk = Subscription.getDefaultInstance();

  @BeforeEach
  void start() throws IOException {
    temporal
        .newWorker(TaskQueues.RUNS)
        .registerWorkflowImplementationTypes(DeliveryWorkflowImpl.class);
    temporal
        .newWorker(TaskQueues.EVENTS)
        .registerActivitiesImplementations(
            new DeliveryActivities() {
              @Override
              public DeliverEventResponse deliverEvent(DeliverEventRequest request) {
                attempted.add(request.getEventId());
                return DeliverEventResponse.newBuilder()
                    .setState(DeliveryState.DELIVERY_STATE_DELIVERED)
                    .build();
              }
            });
    temporal.start();
    root = "file://" + folder.toAbsolutePath();
    store = Store.open(root);
    subscriptions = new Subscriptions(store, root);
    deliveries = new Deliveries(store, root);
    desk =
        subscriptions
            .set(
                SubscriptionConfig.newBuilder().setName("desk").setTeam("nlp").build(),
                0,
                Timestamps.EPOCH,
                "ada",
                stored -> {})
            .orElseThrow();
  }

  @AfterEach
  void stop() {
    temporal.close();
  }

  @Test
  void startsWhatIsPendingAndHasNoWorkflow() throws Exception {
    String left = keptWithoutWorkflow("left", DeliveryState.DELIVERY_STATE_PENDING);
    String before = execution(left);
    keeper(NOW.plusSeconds(60)).pass();
    assertThat(execution(left)).as("its own process may be about to begin").isEqualTo(before);

    keeper(NOW.plus(Duration.ofMinutes(3))).pass();

    assertThat(execution(left)).isNotEqualTo(before);
    assertThat(attempted.poll(30, TimeUnit.SECONDS)).isEqualTo(left);
    assertThat(deliveries.pending(key(), "", 10)).containsExactly(left);
  }

  @Test
  void forgetsWhatHasEndedOrWasNeverOpened() throws Exception {
    String ended = keptWithoutWorkflow("ended", DeliveryState.DELIVERY_STATE_DELIVERED);
    String never = CloudEvents.id(at(NOW), "never");
    for (String event : List.of(ended, never)) {
      store.write(
          root + "/deliveries/desk/" + desk.getUid() + "/pending/" + event,
          output -> output.write('\n'));
    }
    assertThat(deliveries.pending(key(), "", 10)).containsExactly(ended, never);
    String before = execution(ended);

    keeper(NOW.plus(Duration.ofMinutes(3))).pass();
    assertThat(deliveries.pending(key(), "", 10)).containsExactly(never);
    keeper(NOW.plus(Duration.ofHours(2))).pass();

    assertThat(deliveries.pending(key(), "", 10)).isEmpty();
    assertThat(execution(ended)).isEqualTo(before);
    assertThatThrownBy(() -> execution(never)).isInstanceOf(WorkflowNotFoundException.class);
  }

  @Test
  void aDeliveryThatCannotBeReadKeepsNothingFromTheOthers() throws Exception {
    String corrupt = keptWithoutWorkflow("a-corrupt", DeliveryState.DELIVERY_STATE_PENDING);
    store.write(
        folder(corrupt) + "/" + store.list(folder(corrupt)).get(0), output -> output.write('{'));
    String left = keptWithoutWorkflow("b-left", DeliveryState.DELIVERY_STATE_PENDING);
    assertThat(deliveries.pending(key(), "", 10)).containsExactly(corrupt, left);

    keeper(NOW.plus(Duration.ofMinutes(3))).pass();

    assertThat(attempted.poll(30, TimeUnit.SECONDS)).isEqualTo(left);
  }

  /** As where Temporal does not answer. */
  @Test
  void oldDeliveriesAreDeletedAlsoIfNoneCanBeStarted() throws Exception {
    String left = keptWithoutWorkflow("left", DeliveryState.DELIVERY_STATE_PENDING);
    String old = CloudEvents.id(at(NOW.minus(Duration.ofDays(32))), "old");
    store.write(folder(old) + "/old.json", output -> output.write('{'));
    String before = execution(left);
    DeliveryClient late = new DeliveryClient(temporal.getWorkflowClient(), Duration.ZERO);
    Instant now = NOW.plus(Duration.ofMinutes(3));

    new DeliveryKeeper(
            subscriptions, deliveries, late, announcer(now), Clock.fixed(now, ZoneOffset.UTC))
        .pass();

    assertThat(execution(left)).isEqualTo(before);
    assertThat(store.list(folder(old))).isEmpty();
  }

  /** It may have ended while a keeper was about to start it. */
  @Test
  void whatHasEndedIsAttemptedOnlyIfSomebodyAsks() throws Exception {
    String event = keptWithoutWorkflow("ended", DeliveryState.DELIVERY_STATE_DELIVERED);
    DeliverEventRequest request =
        DeliverEventRequest.newBuilder()
            .setSubscription("desk")
            .setSubscriptionUid(desk.getUid())
            .setEventId(event)
            .build();

    assertThat(activities().deliverEvent(request).getState())
        .isEqualTo(DeliveryState.DELIVERY_STATE_DELIVERED);
    assertThat(deliveries.read(key(), event).orElseThrow().getAttemptsList()).isEmpty();

    // Without a URL the attempt fails, and the receiver has the event all the same.
    assertThat(activities().deliverEvent(request.toBuilder().setAsked(true).build()).getState())
        .isEqualTo(DeliveryState.DELIVERY_STATE_DELIVERED);
    Delivery stored = deliveries.read(key(), event).orElseThrow();
    assertThat(stored.getState()).isEqualTo(DeliveryState.DELIVERY_STATE_DELIVERED);
    assertThat(stored.getAttemptsList()).hasSize(1);
  }

  @Test
  void tellsOfAnAliasWhoseMoveWasCutShort() throws Exception {
    AliasChange asked = asked("best");
    assertThat(announcer(NOW).prepare("smol", asked, Set.of("nlp"))).isNotNull();
    assertThat(announcer(NOW).prepare("smol", asked("never"), Set.of("nlp"))).isNotNull();
    promote(asked);

    keeper(NOW.plusSeconds(60)).pass();
    assertThat(deliveries.list(key(), "", 10)).as("its own call may still tell").isEmpty();
    keeper(NOW.plus(Duration.ofMinutes(3))).pass();
    keeper(NOW.plus(Duration.ofMinutes(9))).pass();

    assertThat(deliveries.list(key(), "", 10))
        .singleElement()
        .satisfies(
            told -> {
              assertThat(told.getEventType()).isEqualTo(EventType.EVENT_TYPE_MODEL_ALIAS_MOVED);
              assertThat(told.getTeam()).isEqualTo("nlp");
              assertThat(deliveries.read(key(), told.getEventId()).orElseThrow().getBody())
                  .contains("\"subject\":\"smol:best\"");
            });
    assertThat(store.list(root + "/announcements")).isEmpty();
  }

  @Test
  void aMoveIsToldOfOnceByItsCallAndByTheKeeper() throws Exception {
    AliasChange asked = asked("best");
    AliasAnnouncer.Announcement announcement = announcer(NOW).prepare("smol", asked, Set.of("nlp"));
    AliasChange made = promote(asked);
    byte[] left = store.read(announcements().get(0)).readAllBytes();

    announcement.complete(made);
    assertThat(announcements()).isEmpty();
    // The process has died just before it deleted the announcement.
    store.write(
        root + "/announcements/" + CloudEvents.id(at(NOW), "left") + ".json",
        output -> output.write(left));
    keeper(NOW.plus(Duration.ofMinutes(3))).pass();

    assertThat(deliveries.list(key(), "", 10)).hasSize(1);
    assertThat(announcements()).isEmpty();
  }

  @Test
  void aMoveThatWasRefusedIsNotToldOf() throws Exception {
    AliasAnnouncer.Announcement announcement =
        announcer(NOW).prepare("smol", asked("best"), Set.of("nlp"));
    announcement.withdraw();

    assertThat(announcements()).isEmpty();
    keeper(NOW.plus(Duration.ofMinutes(3))).pass();
    assertThat(deliveries.list(key(), "", 10)).isEmpty();
  }

  @Test
  void deletesDeliveriesOfDaysLongPast() throws Exception {
    String event = keptWithoutWorkflow("old", DeliveryState.DELIVERY_STATE_DELIVERED);

    keeper(NOW.plus(Duration.ofDays(29))).pass();
    assertThat(deliveries.read(key(), event)).isPresent();
    keeper(NOW.plus(Duration.ofDays(32))).pass();

    assertThat(deliveries.read(key(), event)).isEmpty();
  }

  /** Of the same name, and of the same event. */
  @Test
  void aDeliveryOfAnEarlierSubscriptionIsNotAttempted() throws Exception {
    String event = keptWithoutWorkflow("left", DeliveryState.DELIVERY_STATE_PENDING);
    String before = desk.getUid();
    assertThat(subscriptions.delete("desk", Timestamps.EPOCH, "ada", stored -> {})).isPresent();
    assertThat(
            subscriptions.set(
                SubscriptionConfig.newBuilder().setName("desk").setTeam("vision").build(),
                0,
                Timestamps.EPOCH,
                "eve",
                stored -> {}))
        .isPresent();
    for (String uid : List.of(before, "")) {
      assertThat(
              activities()
                  .deliverEvent(
                      DeliverEventRequest.newBuilder()
                          .setSubscription("desk")
                          .setSubscriptionUid(uid)
                          .setEventId(event)
                          .build())
                  .getState())
          .isEqualTo(DeliveryState.DELIVERY_STATE_CANCELLED);
    }
    keeper(NOW.plus(Duration.ofMinutes(3))).pass();
    assertThat(deliveries.read(new SubscriptionKey("desk", before), event)).isEmpty();
  }

  /**
   * As a process leaves it that dies: its workflow is over, and the delivery has the state. The
   * fake activity records nothing.
   */
  private String keptWithoutWorkflow(String origin, DeliveryState state) throws IOException {
    String event = CloudEvents.id(at(NOW), origin);
    Delivery opened = publisher().deliver(desk, event, EVENT);
    assertThat(opened.getState()).isEqualTo(DeliveryState.DELIVERY_STATE_PENDING);
    temporal
        .getWorkflowClient()
        .newUntypedWorkflowStub(DeliveryWorkflow.id(DeliveryClient.input(key(), event)))
        .getResult(Void.class);
    assertThat(attempted.remove()).isEqualTo(event);
    if (state != DeliveryState.DELIVERY_STATE_PENDING) {
      assertThat(
              deliveries.update(key(), event, stored -> stored.toBuilder().setState(state).build()))
          .isPresent();
    }
    return event;
  }

  private DeliveryActivitiesImpl activities() {
    return new DeliveryActivitiesImpl(
        subscriptions,
        deliveries,
        WebhookSecrets.of(new Environment(Map.of())),
        new WebhookSender(ReceiverAddresses.of(new Environment(Map.of()))),
        Clock.systemUTC());
  }

  /** The newest one of the delivery's workflow. */
  private String execution(String event) {
    return temporal
        .getWorkflowClient()
        .newUntypedWorkflowStub(DeliveryWorkflow.id(DeliveryClient.input(key(), event)))
        .describe()
        .getExecution()
        .getRunId();
  }

  private String folder(String event) {
    return root + "/deliveries/desk/" + desk.getUid() + "/" + CloudEvents.day(event);
  }

  private List<String> announcements() throws IOException {
    return store.list(root + "/announcements").stream()
        .map(name -> root + "/announcements/" + name)
        .toList();
  }

  private AliasChange promote(AliasChange asked) throws IOException, AliasException {
    return new Aliases(store, root, "smol").promote(asked, 0);
  }

  private static AliasChange asked(String alias) {
    return AliasChange.newBuilder()
        .setAlias(alias)
        .setToVersion(1)
        .setActor("ada")
        .setChangedAt(at(NOW))
        .build();
  }

  private DeliveryKeeper keeper(Instant now) {
    return new DeliveryKeeper(
        subscriptions, deliveries, client(), announcer(now), Clock.fixed(now, ZoneOffset.UTC));
  }

  private AliasAnnouncer announcer(Instant now) {
    return new AliasAnnouncer(store, root, publisher(), Clock.fixed(now, ZoneOffset.UTC));
  }

  private EventPublisher publisher() {
    return new EventPublisher(subscriptions, deliveries, client());
  }

  private DeliveryClient client() {
    return new DeliveryClient(temporal.getWorkflowClient(), Duration.ofSeconds(10));
  }

  private SubscriptionKey key() {
    return SubscriptionKey.of(desk);
  }

  private static Timestamp at(Instant instant) {
    return Timestamps.fromMillis(instant.toEpochMilli());
  }
}
