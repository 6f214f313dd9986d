package io.retort.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import io.retort.v1.SubscriptionPause;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SubscriptionsTest {
  private static final SubscriptionPause PAUSE =
      SubscriptionPause.newBuilder().setReason("moves").build();

  private final AtomicLong nanos = new AtomicLong();

  @TempDir Path folder = Path.of("");
  private String root = "";
  private Reads store = new Reads(Store.open("file:///"));
  private Subscriptions here = new Subscriptions(store, root, nanos::get);
  private Subscriptions elsewhere = here;

  @BeforeEach
  void open() {
    root = "file://" + folder.toAbsolutePath();
    store = new Reads(Store.open(root));
    here = new Subscriptions(store, root, nanos::get);
    elsewhere = new Subscriptions(Store.open(root), root);
  }

  @Test
  void areReadAnewOnlyAfterAChange() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      assertThat(set(elsewhere, name, "nlp").getRevision()).isEqualTo(1);
    }
    assertThat(names()).containsExactly("a", "b", "c");

    int before = store.objects.get();
    for (int event = 0; event < 100; event++) {
      assertThat(names()).hasSize(3);
    }
    assertThat(store.objects.get()).as("objects read, but for the revision").isEqualTo(before);
  }

  @Test
  void aChangeCountsAtOnceWhoeverMakesIt() throws IOException {
    Subscription made = set(here, "desk", "nlp");
    assertThat(here.all()).containsExactly(made);

    assertThat(elsewhere.pause("desk", PAUSE, stored -> {})).isPresent();
    assertThat(here.all().get(0).getPause().getReason()).isEqualTo("moves");
    assertThat(here.resume("desk", stored -> {})).isPresent();
    assertThat(here.all().get(0).hasPause()).isFalse();
    assertThat(delete(elsewhere)).isPresent();
    assertThat(here.all()).isEmpty();
  }

  @Test
  void aChangeOfAProcessThatDiedCountsAfterAMinute() throws IOException {
    Subscription made = set(here, "desk", "nlp");
    assertThat(here.all()).containsExactly(made);
    byte[] changed = StoredMessages.bytes(made.toBuilder().setRevision(2).build());
    store.write(root + "/subscriptions/desk.json", output -> output.write(changed));

    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(here.all().get(0).getRevision()).isEqualTo(1);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(here.all().get(0).getRevision()).isEqualTo(2);
  }

  @Test
  void eachOwnerOfANameHasAnIdOfItsOwn() throws IOException {
    Subscription first = set(here, "desk", "nlp");
    Subscription changed = set(here, "desk", "nlp");
    Subscription ofAnotherTeam = set(here, "desk", "vision");
    assertThat(delete(here)).contains(SubscriptionKey.of(ofAnotherTeam));
    Subscription later = set(here, "desk", "vision");

    assertThat(first.getUid()).matches("[0-9a-f]{16}");
    assertThat(changed.getUid()).isEqualTo(first.getUid());
    assertThat(
            List.of(first.getUid(), ofAnotherTeam.getUid(), later.getUid()).stream()
                .distinct()
                .toList())
        .hasSize(3);
  }

  /** Whoever has looked at one of an earlier owner must not change that of the next. */
  @Test
  void aChangeIsCheckedAgainstWhatIsStoredThen() throws IOException {
    Subscription made = set(here, "desk", "nlp");
    Subscriptions.Check refuses =
        stored -> {
          throw new IllegalStateException("of " + stored.getConfig().getTeam());
        };

    assertThatThrownBy(() -> here.set(made.getConfig(), 0, Timestamps.EPOCH, "eve", refuses))
        .hasMessage("of nlp");
    assertThatThrownBy(() -> here.pause("desk", PAUSE, refuses)).hasMessage("of nlp");
    assertThatThrownBy(() -> here.resume("desk", refuses)).hasMessage("of nlp");
    assertThatThrownBy(() -> here.delete("desk", Timestamps.EPOCH, "eve", refuses))
        .hasMessage("of nlp");
    assertThat(elsewhere.all()).containsExactly(made);

    assertThat(delete(here)).contains(SubscriptionKey.of(made));
    assertThat(delete(here)).isEmpty();
    assertThat(here.pause("desk", PAUSE, refuses)).isEmpty();
    assertThat(here.set(made.getConfig(), 1, Timestamps.EPOCH, "eve", refuses)).isEmpty();
    assertThat(here.read("desk")).isEmpty();
    Subscription later = set(here, "desk", "vision");
    assertThat(later.getRevision()).as("none that the earlier one had").isGreaterThan(1);
  }

  @Test
  void aReceiverThatIsGonePausesOnlyTheSubscriptionThatCalledIt() throws IOException {
    Subscription made = set(here, "desk", "nlp");
    SubscriptionKey key = SubscriptionKey.of(made);

    here.pauseReceiver(new SubscriptionKey("desk", "0123456789abcdef"), "", PAUSE);
    here.pauseReceiver(key, "https://another.test", PAUSE);
    assertThat(here.all()).containsExactly(made);
    here.pauseReceiver(key, "", PAUSE);

    assertThat(here.all().get(0).getPause()).isEqualTo(PAUSE);
  }

  private List<String> names() throws IOException {
    return here.all().stream().map(found -> found.getConfig().getName()).toList();
  }

  private static Subscription set(Subscriptions subscriptions, String name, String team)
      throws IOException {
    return subscriptions
        .set(
            SubscriptionConfig.newBuilder().setName(name).setTeam(team).build(),
            0,
            Timestamps.EPOCH,
            "ada",
            stored -> {})
        .orElseThrow();
  }

  private static Optional<SubscriptionKey> delete(Subscriptions subscriptions) throws IOException {
    return subscriptions.delete("desk", Timestamps.EPOCH, "ada", stored -> {});
  }

  /** Counts the objects that are read as a whole. */
  private static final class Reads extends DelegatingStore {
    private final AtomicInteger objects = new AtomicInteger();

    Reads(Store store) {
      super(store);
    }

    @Override
    public InputStream read(String uri) throws IOException {
      objects.incrementAndGet();
      return super.read(uri);
    }
  }
}
