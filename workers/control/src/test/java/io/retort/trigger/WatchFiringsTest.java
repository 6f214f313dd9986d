package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.DataSource;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.FireWatchedResponse;
import io.retort.v1.FiringOutcome;
import io.retort.v1.FoundFiles;
import io.retort.v1.RunSpec;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerPause;
import io.retort.v1.TriggerRecord;
import io.retort.v1.WatchConfig;
import io.retort.v1.WatchedDataSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Firings of new files whose workflow or control plane asks again. */
final class WatchFiringsTest {
  private static final String NAME = "incoming";

  private final FakeLaunches launches = new FakeLaunches();
  private String storeUri = "";
  private Store store = Store.open("file:///");

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    storeUri = folder.toUri().toString();
    store = Store.open(storeUri);
    change(trigger());
    write("found-1", "/data/in/a.jsonl", "/data/in/b.jsonl");
  }

  @Test
  void theSameFilesLaunchOneRunWhoeverAsksAgain() throws IOException {
    FireWatchedResponse first = firings().fire(request("found-1"));
    FireWatchedResponse again = firings().fire(request("found-1"));

    assertThat(first.getFiring().getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(again).isEqualTo(first);
    assertThat(launches.launched).hasSize(1);
    assertThat(launches.launched.get(0).getCreate().getSpec().getData().getTrainList())
        .extracting(DataSource::getPath)
        .containsExactly("/data/in/a.jsonl", "/data/in/b.jsonl");
  }

  /** It ends after the launch and before the firing has an outcome. */
  @Test
  void aControlPlaneThatEndsInBetweenLaunchesTheSameRun() throws IOException {
    launches.afterLaunch =
        () -> {
          throw Status.DEADLINE_EXCEEDED.asRuntimeException();
        };
    assertThat(
            catchThrowableOfType(
                StatusRuntimeException.class, () -> firings().fire(request("found-1"))))
        .isNotNull();
    launches.afterLaunch = () -> {};
    // The files that are asked for are those of the record, whatever the location has by now.
    write("found-1", "/data/in/other.jsonl");

    FireWatchedResponse again = firings().fire(request("found-1"));

    assertThat(again.getFiring().getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(launches.launched).hasSize(2).allMatch(launches.launched.get(0)::equals);
  }

  @Test
  void otherFilesAreAnotherFiring() throws IOException {
    write("found-2", "/data/in/c.jsonl");
    ArtifactRef unused =
        store.write(
            object(2, "found-1"),
            output -> output.write(store.read(object(1, "found-1"), 0, 9999)));

    FireWatchedResponse first = firings().fire(request("found-1"));
    FireWatchedResponse second = firings().fire(request("found-2"));
    FireWatchedResponse ofLaterWatch =
        firings().fire(request("found-1").toBuilder().setSinceRevision(2).build());

    assertThat(second.getFiring().getFiringId()).isEqualTo("watch-1-found-2");
    assertThat(ofLaterWatch.getFiring().getRunId()).isNotEqualTo(first.getFiring().getRunId());
    assertThat(launches.launched).hasSize(3);
  }

  @Test
  void nothingIsFiredWhileItIsPausedOrWatchesSomethingElse() throws IOException {
    change(trigger().setPause(TriggerPause.newBuilder().setPausedBy("ada")));
    assertThat(firings().fire(request("found-1")).hasFiring()).isFalse();
    Trigger.Builder elsewhere = trigger();
    elsewhere.getConfigBuilder().getWatchedDataBuilder().setUri("/data/other");
    change(elsewhere);
    assertThat(firings().fire(request("found-1")).hasFiring()).isFalse();

    assertThat(launches.launched).isEmpty();
    change(trigger());
    assertThat(firings().fire(request("found-1")).hasFiring()).isTrue();
  }

  @Test
  void aTemplateThatReadsTheLocationItselfGetsNoFiles() throws IOException {
    Trigger.Builder reads = trigger();
    reads.getConfigBuilder().getWatchedDataBuilder().setAppendNewFiles(false);
    change(reads);
    store.delete(object(1, "found-1"));
    ArtifactRef unused =
        store.write(
            object(1, "found-1"),
            output ->
                output.write(
                    StoredMessages.bytes(FoundFiles.newBuilder().setFiles(2_000_000).build())));

    FireWatchedResponse response = firings().fire(request("found-1"));

    assertThat(response.getFiring().getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(launches.launched.get(0).getCreate().getSpec().hasData()).isFalse();
  }

  @Test
  void filesThatAreGoneFromTheStoreAreWrittenByTheNextLook() {
    IOException thrown =
        catchThrowableOfType(IOException.class, () -> firings().fire(request("found-9")));

    assertThat(thrown).hasMessageContaining("found-9 is gone");
  }

  private WatchFirings firings() {
    TriggerStore triggers = new TriggerStore(store, storeUri);
    return new WatchFirings(
        triggers,
        new LaunchingFirer(
            triggers,
            new FiringStore(store, storeUri),
            launches,
            RunSpec::getTeam,
            Clock.systemUTC()),
        store,
        storeUri);
  }

  private static FireWatchedRequest request(String found) {
    return FireWatchedRequest.newBuilder()
        .setConfig(
            WatchConfig.newBuilder()
                .setTrigger(NAME)
                .setRevision(1)
                .setSource(WatchedDataSource.newBuilder().setUri("/data/in")))
        .setSinceRevision(1)
        .setFound(found)
        .build();
  }

  private void write(String name, String... uris) throws IOException {
    FoundFiles found =
        FoundFiles.newBuilder().addAllUris(List.of(uris)).setFiles(uris.length).build();
    ArtifactRef unused =
        store.write(object(1, name), output -> output.write(StoredMessages.bytes(found)));
  }

  private String object(long sinceRevision, String name) {
    return Store.resolve(RunLayout.watch(storeUri, NAME, sinceRevision), name);
  }

  private static Trigger.Builder trigger() {
    TriggerConfig.Builder config = TriggerConfig.newBuilder().setName(NAME);
    config.getWatchedDataBuilder().setUri("/data/in");
    config.getLaunchBuilder().getSpecBuilder().setName("incoming");
    return Trigger.newBuilder().setConfig(config).setRevision(1);
  }

  private void change(Trigger.Builder trigger) throws IOException {
    TriggerRecord record = TriggerRecord.newBuilder().setTrigger(trigger).build();
    TriggerRecord unused = new TriggerStore(store, storeUri).update(NAME, current -> record);
  }
}
