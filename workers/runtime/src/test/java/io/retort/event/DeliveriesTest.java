package io.retort.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryState;
import io.retort.v1.SubscriptionConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeliveriesTest {
  private static final SubscriptionKey DESK = new SubscriptionKey("desk", "0123456789abcdef");
  private static final SubscriptionKey LATER = new SubscriptionKey("desk", "fedcba9876543210");
  private static final SubscriptionKey OF_BEFORE = new SubscriptionKey("desk", "");

  @TempDir Path folder = Path.of("");
  private String root = "";
  private Lists store = new Lists(Store.open("file:///"));
  private Deliveries deliveries = new Deliveries(store, root);

  @BeforeEach
  void open() {
    root = "file://" + folder.toAbsolutePath();
    store = new Lists(Store.open(root));
    deliveries = new Deliveries(store, root);
  }

  @Test
  void aPageReadsNoMoreThanItShows() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int minute = 0; minute < 30; minute++) {
      ids.add(0, open(DESK, "2026-01-0" + (1 + minute / 10) + "T10:1" + minute % 10 + ":00Z"));
    }

    List<String> listed = new ArrayList<>();
    String before = "";
    List<Delivery> page = deliveries.list(DESK, before, 7);
    assertThat(store.mostListed).as("names of deliveries listed at once").isLessThanOrEqualTo(7);
    while (!page.isEmpty()) {
      assertThat(page.size()).isLessThanOrEqualTo(7);
      page.forEach(delivery -> listed.add(delivery.getEventId()));
      before = listed.get(listed.size() - 1);
      page = deliveries.list(DESK, before, 7);
    }

    assertThat(listed).isEqualTo(ids);
  }

  @Test
  void anotherSubscriptionOfTheNameSeesNothingOfTheFirst() throws IOException {
    String event = open(DESK, "2026-01-01T10:00:00Z");

    assertThat(deliveries.read(DESK, event)).isPresent();
    assertThat(deliveries.read(LATER, event)).isEmpty();
    assertThat(deliveries.list(LATER, "", 10)).isEmpty();
    assertThat(deliveries.reopen(LATER, event)).isEmpty();
    assertThat(deliveries.pending(LATER, "", 10)).isEmpty();
    assertThat(open(LATER, "2026-01-01T10:00:00Z")).as("the same event").isEqualTo(event);
    assertThat(deliveries.list(LATER, "", 10)).hasSize(1);
  }

  @Test
  void thoseOfASubscriptionOfAnEarlierVersionAreListed() throws IOException {
    for (String day : List.of("01", "02")) {
      String event = id("2026-01-" + day + "T10:00:00Z");
      byte[] stored =
          StoredMessages.bytes(
              Delivery.newBuilder().setSubscription("desk").setEventId(event).build());
      store.write(
          root + "/deliveries/desk/202601" + day + "/" + event + ".json",
          output -> output.write(stored));
    }
    String newest = open(OF_BEFORE, "2026-01-02T11:00:00Z");

    assertThat(deliveries.list(OF_BEFORE, "", 2))
        .extracting(Delivery::getEventId)
        .containsExactly(newest, id("2026-01-02T10:00:00Z"));
    assertThat(deliveries.list(OF_BEFORE, id("2026-01-02T10:00:00Z"), 2))
        .extracting(Delivery::getEventId)
        .containsExactly(id("2026-01-01T10:00:00Z"));
  }

  @Test
  void whatHasNotEndedIsPending() throws IOException {
    String first = open(DESK, "2026-01-01T10:00:00Z");
    String second = open(DESK, "2026-01-02T10:00:00Z");
    assertThat(deliveries.pending(DESK, "", 10)).containsExactly(first, second);
    assertThat(deliveries.pending(DESK, first, 10)).containsExactly(second);

    end(first);
    assertThat(deliveries.pending(DESK, "", 10)).containsExactly(second);
    assertThat(open(DESK, "2026-01-01T10:00:00Z")).isEqualTo(first);
    assertThat(deliveries.pending(DESK, "", 10)).as("of an event of again").hasSize(1);
    assertThat(deliveries.reopen(DESK, first)).isPresent();
    assertThat(deliveries.pending(DESK, "", 10)).containsExactly(first, second);
  }

  @Test
  void deletesOldOnesAndWhatEarlierSubscriptionsHaveLeft() throws IOException {
    Subscriptions subscriptions = new Subscriptions(store, root);
    SubscriptionKey now =
        SubscriptionKey.of(
            subscriptions
                .set(
                    SubscriptionConfig.newBuilder().setName("desk").build(),
                    0,
                    Timestamps.EPOCH,
                    "ada",
                    stored -> {})
                .orElseThrow());
    SubscriptionKey gone = new SubscriptionKey("gone", "0123456789abcdef");
    for (SubscriptionKey key : List.of(DESK, OF_BEFORE, now, gone)) {
      assertThat(open(key, "2026-01-01T10:00:00Z")).isNotEmpty();
      assertThat(open(key, "2026-01-02T10:00:00Z")).isNotEmpty();
    }

    deliveries.deleteLeft(subscriptions);
    deliveries.deleteBefore(now, "20260102");

    for (SubscriptionKey key : List.of(DESK, OF_BEFORE, gone)) {
      assertThat(deliveries.list(key, "", 10)).as(key.toString()).isEmpty();
    }
    assertThat(deliveries.list(now, "", 10))
        .extracting(Delivery::getEventId)
        .containsExactly(id("2026-01-02T10:00:00Z"));
  }

  private String open(SubscriptionKey key, String at) throws IOException {
    String event = id(at);
    return deliveries
        .open(
            Delivery.newBuilder()
                .setSubscription(key.name())
                .setSubscriptionUid(key.uid())
                .setEventId(event)
                .setState(DeliveryState.DELIVERY_STATE_PENDING)
                .build())
        .getEventId();
  }

  private void end(String event) throws IOException {
    assertThat(
            deliveries.update(
                DESK,
                event,
                stored ->
                    stored.toBuilder().setState(DeliveryState.DELIVERY_STATE_DELIVERED).build()))
        .isPresent();
  }

  private static String id(String at) {
    Timestamp timestamp = Timestamps.fromMillis(Instant.parse(at).toEpochMilli());
    return CloudEvents.id(timestamp, "run-1");
  }

  /** Keeps how many names of deliveries were listed at once. */
  private static final class Lists extends DelegatingStore {
    private final Store store;
    private int mostListed;

    Lists(Store store) {
      super(store);
      this.store = store;
    }

    @Override
    public List<String> list(String folderUri) throws IOException {
      List<String> names = super.list(folderUri);
      count(names);
      return names;
    }

    @Override
    public List<String> list(String folderUri, String after, int most) throws IOException {
      List<String> names = store.list(folderUri, after, most);
      count(names);
      return names;
    }

    private void count(List<String> names) {
      int events = (int) names.stream().filter(name -> name.endsWith(".json")).count();
      mostListed = Math.max(mostListed, events);
    }
  }
}
