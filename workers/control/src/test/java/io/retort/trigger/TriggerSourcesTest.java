package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerPause;
import io.retort.v1.TriggerRecord;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Passes over all triggers, with a Temporal that refuses some of them. */
@Timeout(60)
final class TriggerSourcesTest {
  private final FakeTemporal temporal = new FakeTemporal();
  private final Server server =
      NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .addService(temporal)
          .build();
  private WorkflowServiceStubs stubs = WorkflowServiceStubs.newLocalServiceStubs();
  private String storeUri = "";
  private TriggerStore triggers = new TriggerStore(Store.open("file:///"), "file:///none");

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    Server unused = server.start();
    storeUri = folder.toUri().toString();
    triggers = new TriggerStore(Store.open(storeUri), storeUri);
    stubs.shutdownNow();
    stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:" + server.getPort())
                .build());
  }

  @AfterEach
  void stop() {
    stubs.shutdownNow();
    Server unused = server.shutdownNow();
  }

  @Test
  void whatTemporalRefusesKeepsNoOtherFromItsPart() throws IOException {
    for (String name : new String[] {"a", "b", "c"}) {
      set(watched(name));
      set(scheduled("at-" + name));
      temporal.refused.put("watch/" + name, Status.INVALID_ARGUMENT);
      temporal.refused.put("trigger/at-" + name, Status.INVALID_ARGUMENT);
    }
    set(watched("d"));
    set(scheduled("at-d"));

    sources().reconcile();

    assertThat(temporal.signals).containsExactly("watch/d");
    assertThat(temporal.schedules).containsExactly("trigger/at-d");
  }

  @Test
  void aPassEndsWhereNothingAnswers() throws IOException {
    for (int trigger = 0; trigger < 20; trigger++) {
      set(watched("t" + trigger));
      temporal.refused.put("watch/t" + trigger, Status.UNAVAILABLE);
    }

    assertThatThrownBy(() -> sources().reconcile()).isInstanceOf(StatusRuntimeException.class);
    assertThat(temporal.attempts.get()).isLessThan(10);
  }

  @Test
  void onlyAWatchThatFollowsSomethingElseIsSignalled() throws IOException {
    set(watched("same"));
    set(watched("other"));
    sources().reconcile();
    sources().reconcile();
    assertThat(temporal.signals).containsExactlyInAnyOrder("watch/same", "watch/other");

    TriggerRecord unused =
        triggers.update(
            "other",
            current -> {
              TriggerRecord.Builder paused = current.orElseThrow().toBuilder();
              paused.getTriggerBuilder().setPause(TriggerPause.newBuilder().setPausedBy("me"));
              return paused.build();
            });
    temporal.signals.clear();
    sources().reconcile();
    sources().reconcile();

    assertThat(temporal.signals).containsExactly("watch/other");
  }

  @Test
  void whatAWatchHasStoredIsDeletedWithItsTrigger() throws IOException {
    set(watched("live"));
    set(watched("gone"));
    TriggerSources sources = sources();
    sources.reconcile();
    for (String watch : List.of("live/watch/1", "gone/watch/1", "gone/watch/2")) {
      ArtifactRef unused =
          Store.open(storeUri)
              .write(
                  Store.resolve(storeUri, "trigger-history/" + watch + "/seen-1"),
                  output -> output.write(1));
    }
    TriggerRecord unused =
        triggers.update(
            "gone",
            current ->
                current.orElseThrow().toBuilder()
                    .setDeletedAt(Timestamp.getDefaultInstance())
                    .build());
    sources.follow("gone", watched("gone").build());
    sources.reconcile();

    assertThat(Store.open(storeUri).listBelow(Store.resolve(storeUri, "trigger-history")))
        .as("a watch of the next revision may have begun")
        .contains("live/watch/1/seen-1", "gone/watch/2/seen-1")
        .doesNotContain("gone/watch/1/seen-1");
  }

  private TriggerSources sources() {
    WorkflowClient client = WorkflowClient.newInstance(stubs);
    Duration deadline = Duration.ofSeconds(10);
    return TriggerSources.both(
        new TriggerSchedules(triggers, client, deadline, (attempt, thrown) -> thrown),
        new TriggerWatches(triggers, client, deadline, (attempt, thrown) -> thrown));
  }

  private void set(TriggerConfig.Builder config) throws IOException {
    TriggerRecord unused =
        triggers.update(
            config.getName(),
            current ->
                TriggerRecord.newBuilder()
                    .setTrigger(Trigger.newBuilder().setConfig(config).setRevision(1))
                    .build());
  }

  private static TriggerConfig.Builder watched(String name) {
    TriggerConfig.Builder config = TriggerConfig.newBuilder().setName(name);
    config.getWatchedDataBuilder().setUri("/data/" + name);
    return config;
  }

  private static TriggerConfig.Builder scheduled(String name) {
    TriggerConfig.Builder config = TriggerConfig.newBuilder().setName(name);
    config.getScheduleBuilder().setCron("0 2 * * *");
    return config;
  }
}
