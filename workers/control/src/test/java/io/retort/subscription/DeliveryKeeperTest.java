package io.retort.subscription;

import static org.assertj.core.api.Assertions.assertThat;

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
                "ada")
            .orElseThrow();
  }

  @AfterEach
  void stop() {
    temporal.close();
  }

  @Test
  void startsWhatIsPendingAndHasNoWorkflow() throws Exception {
    String left = keptWithoutWorkflow("left", DeliveryState.DELIVERY_STATE_PENDING);
    keeper(NOW.plusSeconds(60)).pass();
    assertThat(attempted).as("its own process may be about to begin").isEmpty();

    keeper(NOW.plus(Duration.ofMinutes(3))).pass();

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

    keeper(NOW.plus(Duration.ofMinutes(3))).pass();
    assertThat(deliveries.pending(key(), "", 10)).containsExactly(never);
    keeper(NOW.plus(Duration.ofHours(2))).pass();

    assertThat(deliveries.pending(key(), "", 10)).isEmpty();
    assertThat(attempted).isEmpty();
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
    subscriptions.delete("desk");
    assertThat(
            subscriptions.set(
                SubscriptionConfig.newBuilder().setName("desk").setTeam("vision").build(),
                0,
                Timestamps.EPOCH,
                "eve"))
        .isPresent();
    DeliveryActivitiesImpl activities =
        new DeliveryActivitiesImpl(
            subscriptions,
            deliveries,
            WebhookSecrets.of(new Environment(Map.of())),
            new WebhookSender(ReceiverAddresses.of(new Environment(Map.of()))),
            Clock.systemUTC());

    for (String uid : List.of(before, "")) {
      assertThat(
              activities
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
