package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Struct;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.store.DelegatingStore;
import io.retort.store.Store;
import io.retort.v1.FiringCause;
import io.retort.v1.FiringOutcome;
import io.retort.v1.FiringRecord;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.RunSpec;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerPause;
import io.retort.v1.TriggerRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Firings whose control plane, store or Temporal fails on the way. */
final class FiringFaultsTest {
  private static final String NAME = "nightly";
  private static final Instant START = Instant.parse("2026-11-30T02:00:00Z");

  private final FakeLaunches launches = new FakeLaunches();
  private FailingStore store = new FailingStore(Store.open("file:///"));
  private String storeUri = "";

  @BeforeEach
  void set(@TempDir Path folder) throws IOException {
    storeUri = "file://" + folder;
    store = new FailingStore(Store.open(storeUri));
    change(Trigger.newBuilder());
  }

  @Test
  void aRunWhoseFiringWasNotRecordedIsNotLaunchedAgain() throws IOException {
    launches.afterLaunch = () -> store.failing = true;
    StatusRuntimeException lost = catchThrowableOfType(StatusRuntimeException.class, this::fire);
    assertThat(lost.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    store.failing = false;
    launches.afterLaunch = () -> {};
    assertThat(firings().newest(NAME, "", 10)).isEmpty();

    // The trigger would ask for something else by now.
    change(Trigger.newBuilder().setRevision(2), RunSpec.newBuilder().setSeed(9).build());
    TriggerFiring again = fire();

    assertThat(again.getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(again.getRevision()).isEqualTo(1);
    assertThat(launches.launched).hasSize(2).allMatch(launches.launched.get(0)::equals);
    assertThat(firings().newest(NAME, "", 10)).containsExactly(again);
  }

  @Test
  void aFiringThatNobodyRepeatsIsDecidedWhenFiringsAreListed() throws IOException {
    launches.afterLaunch = () -> store.failing = true;
    assertThat(catchThrowableOfType(StatusRuntimeException.class, this::fire)).isNotNull();
    store.failing = false;

    firer(START.plusSeconds(1)).heal(NAME);
    assertThat(firings().newest(NAME, "", 10)).as("may be under way").isEmpty();
    firer(START.plus(Duration.ofHours(1))).heal(NAME);
    assertThat(firings().newest(NAME, "", 10))
        .extracting(TriggerFiring::getOutcome)
        .containsExactly(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
  }

  @Test
  void aLaunchThatCannotBeReachedIsShownAndTriedAgain() throws IOException {
    launches.failure = Optional.of(Status.UNAVAILABLE.withDescription("no connection"));
    assertThat(catchThrowableOfType(StatusRuntimeException.class, this::fire)).isNotNull();
    assertThat(firings().newest(NAME, "", 10))
        .extracting(firing -> firing.getFailure().getMessage())
        .containsExactly("no connection");

    launches.failure = Optional.empty();
    assertThat(fire().getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(firings().newest(NAME, "", 10)).hasSize(1);
  }

  @Test
  void aPauseWinsOverAFiringThatHasBegun() throws IOException {
    launches.beforeLaunch =
        () -> {
          try {
            change(Trigger.newBuilder().setPause(TriggerPause.newBuilder().setPausedBy("ada")));
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };

    TriggerFiring firing = fire();

    assertThat(firing.getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_SKIPPED);
    assertThat(firing.getReason()).isEqualTo("the trigger is paused by ada");
    assertThat(launches.launched).isEmpty();
    assertThat(fire()).as("the same event").isEqualTo(firing);
  }

  @Test
  void keepsTheLatestFirings() throws IOException {
    FiringStore firings = firings();
    for (int index = 0; index < 23; index++) {
      TriggerFiring unused =
          firer(START.plusSeconds(index))
              .fire(
                  NAME,
                  Struct.getDefaultInstance(),
                  "event-" + index,
                  FiringCause.FIRING_CAUSE_API,
                  "");
    }

    List<TriggerFiring> kept = firings.newest(NAME, "", 10_000);
    assertThat(kept).hasSize(20);
    assertThat(kept.get(0).getFiringId()).isEqualTo("event-22");
    assertThat(firings.last(NAME)).contains(kept.get(0));
    assertThat(firings.read(NAME, "event-0")).isEmpty();
  }

  @Test
  void idsOfWebhooksAreNotThoseOfOtherCauses() {
    TriggerFiring byApi = fire("api-1", FiringCause.FIRING_CAUSE_API);
    TriggerFiring byWebhook = fire("api-1", FiringCause.FIRING_CAUSE_WEBHOOK);

    assertThat(byWebhook.getFiringId()).isEqualTo("webhook-api-1");
    assertThat(byWebhook.getRunId()).isNotEqualTo(byApi.getRunId());
    assertThat(fire("api-1", FiringCause.FIRING_CAUSE_WEBHOOK)).isEqualTo(byWebhook);
  }

  @Test
  void aWebhookThatWasRecordedUnderItsOwnIdIsNotFiredAgain() throws IOException {
    FiringRecord recorded =
        FiringRecord.newBuilder()
            .setFiring(
                TriggerFiring.newBuilder()
                    .setFiringId("msg-1")
                    .setTrigger(NAME)
                    .setCause(FiringCause.FIRING_CAUSE_WEBHOOK)
                    .setOutcome(FiringOutcome.FIRING_OUTCOME_LAUNCHED)
                    .setRunId("run-before"))
            .build();
    assertThat(firings().claim(recorded)).isEqualTo(recorded);

    assertThat(fire("msg-1", FiringCause.FIRING_CAUSE_WEBHOOK).getRunId()).isEqualTo("run-before");
    assertThat(launches.launched).isEmpty();
  }

  private TriggerFiring fire(String event, FiringCause cause) {
    return firer(START).fire(NAME, Struct.getDefaultInstance(), event, cause, "");
  }

  private TriggerFiring fire() {
    return firer(START)
        .fire(
            NAME,
            Struct.getDefaultInstance(),
            "event",
            FiringCause.FIRING_CAUSE_SCHEDULE,
            "of a time");
  }

  private LaunchingFirer firer(Instant now) {
    return new LaunchingFirer(
        new TriggerStore(store, storeUri),
        firings(),
        launches,
        RunSpec::getTeam,
        Clock.fixed(now, ZoneOffset.UTC));
  }

  private FiringStore firings() {
    return new FiringStore(store, storeUri, 20);
  }

  private void change(Trigger.Builder trigger) throws IOException {
    change(trigger.setRevision(1), RunSpec.getDefaultInstance());
  }

  private void change(Trigger.Builder trigger, RunSpec spec) throws IOException {
    TriggerRecord record =
        TriggerRecord.newBuilder()
            .setTrigger(
                trigger.setConfig(
                    TriggerConfig.newBuilder()
                        .setName(NAME)
                        .setLaunch(LaunchTemplate.newBuilder().setSpec(spec))))
            .build();
    TriggerRecord unused = new TriggerStore(store, storeUri).update(NAME, current -> record);
  }

  /** Changes nothing while it fails. */
  private static final class FailingStore extends DelegatingStore {
    boolean failing;

    FailingStore(Store store) {
      super(store);
    }

    @Override
    public boolean update(String uri, Change change) throws IOException {
      if (failing) {
        throw new IOException("disk full");
      }
      return super.update(uri, change);
    }
  }
}
