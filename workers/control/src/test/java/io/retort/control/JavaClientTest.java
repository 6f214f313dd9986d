package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.retort.client.RetortClient;
import io.retort.client.RetortException;
import io.retort.client.RunLogStream;
import io.retort.client.Violation;
import io.retort.client.Watch;
import io.retort.store.Store;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.FailureCategory;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client against a control plane, through connections that break. */
class JavaClientTest {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  @TempDir static Path folder = Path.of("");

  private static ControlHarness control;
  private static Relay relay;
  private static RetortClient client;

  @BeforeAll
  static void start() throws Exception {
    control = new ControlHarness(folder);
    relay = new Relay(control.port());
    client = RetortClient.builder().address("127.0.0.1:" + relay.port()).build();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    relay.close();
    control.close();
  }

  @Test
  void launchesAndWaits() {
    Run run = client.launch(ControlHarness.spec("succeeds"), "java-1");
    assertThat(client.launch(ControlHarness.spec("succeeds"), "java-1").getRunId())
        .isEqualTo(run.getRunId());

    Run ended = client.waitFor(run.getRunId(), LONGEST);

    assertThat(ended.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(client.get(run.getRunId()).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(client.plan(ControlHarness.spec("succeeds")).getWarningsList()).isNotEmpty();
    Run again =
        client.retrain(
            RetrainRunRequest.newBuilder()
                .setRunId(run.getRunId())
                .addFreshStages(Stage.STAGE_SFT)
                .build());
    assertThat(again.getOriginRunId()).isEqualTo(run.getRunId());
    control.awaitListed(run.getRunId(), RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(client.list(ListRunsRequest.newBuilder().setPageSize(1).build()))
        .extracting(Run::getRunId)
        .contains(run.getRunId());
  }

  @Test
  void watchesARunThroughLostConnections() throws Exception {
    String runId = client.launch(ControlHarness.spec("waits")).getRunId();
    List<RunPhase> phases = new ArrayList<>();
    try (Watch<Run> watch = client.watch(runId)) {
      until(watch, run -> run.getPhase() == RunPhase.RUN_PHASE_RUNNING);
      relay.cut();
      Run unused =
          control.api.pauseRun(PauseRunRequest.newBuilder().setRunId(runId).build()).getRun();
      until(watch, run -> run.getPhase() == RunPhase.RUN_PHASE_PAUSED);
      relay.cut();
      unused =
          control.api.resumeRun(ResumeRunRequest.newBuilder().setRunId(runId).build()).getRun();
      until(watch, run -> run.getPhase() == RunPhase.RUN_PHASE_RUNNING);
      unused =
          control.api.cancelRun(CancelRunRequest.newBuilder().setRunId(runId).build()).getRun();
      relay.cut();
      watch.forEachRemaining(run -> phases.add(run.getPhase()));
    }
    assertThat(phases.get(phases.size() - 1)).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
  }

  @Test
  void watchesAllRunsThroughLostConnections() throws Exception {
    try (Watch<WatchRunsResponse> watch =
        client.watchRuns(WatchRunsRequest.newBuilder().setFilter("name = \"fails\"").build())) {
      assertThat(watch.next().getResync()).isTrue();
      relay.cut();
      String runId = control.create("fails").getRunId();
      boolean seen = false;
      while (!seen) {
        seen =
            watch.next().getRunsList().stream()
                .anyMatch(
                    run ->
                        run.getRunId().equals(runId)
                            && run.getPhase() == RunPhase.RUN_PHASE_FAILED);
      }
      assertThat(seen).isTrue();
    }
  }

  @Test
  void readsALogThroughLostConnections() throws Exception {
    String runId = control.create("waits").getRunId();
    control.watchUntil(runId, run -> run.getStagesCount() == 1);
    String log = "runs/" + runId + "/logs/sft/7/";
    write(log + "000000.log", "first\n");
    try (RunLogStream stream = client.logs(runId, "sft/1", true)) {
      assertThat(new String(stream.readNBytes(6), StandardCharsets.UTF_8)).isEqualTo("first\n");
      relay.cut();
      write(log + "000000.log", "first\nsecond \u00f6\n");
      assertThat(new String(stream.readNBytes(10), StandardCharsets.UTF_8))
          .isEqualTo("second \u00f6\n");
      write(log + "complete", "");
      assertThat(stream.read()).isEqualTo(-1);
      assertThat(stream.offset()).isEqualTo(16);
    }
  }

  @Test
  void errorsSayWhatToDo() {
    RunSpec.Builder spec = ControlHarness.spec("succeeds").toBuilder();
    spec.getSftBuilder().setEpochs(-1);
    RetortException invalid =
        catchThrowableOfType(RetortException.class, () -> client.launch(spec.build()));
    assertThat(invalid.reason()).isEqualTo("SPEC_INVALID");
    assertThat(invalid.category()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
    assertThat(invalid.violations()).extracting(Violation::field).contains("sft.epochs");
    RetortException missing = catchThrowableOfType(RetortException.class, () -> client.get("none"));
    assertThat(missing.code()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(missing).hasMessageContaining("expected: the id of a run");
  }

  private static void until(Watch<Run> watch, Predicate<Run> wanted) {
    while (watch.hasNext()) {
      if (wanted.test(watch.next())) {
        return;
      }
    }
    throw new AssertionError("the watch has ended");
  }

  private static void write(String path, String text) throws IOException {
    Store.open(control.storeUri)
        .write(
            control.storeUri + "/" + path,
            output -> output.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
