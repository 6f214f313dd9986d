package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.DataSource;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.temporal.client.WorkflowClient;
import io.temporal.client.schedules.ScheduleClient;
import io.temporal.client.schedules.ScheduleHandle;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Triggers that a user sets, and that a real Temporal server and real files fire. */
@Timeout(180)
@ExtendWith(SharedStack.Resolver.class)
final class TriggersTest {
  private final SharedStack shared;
  private final WorkflowServiceStubs stubs;

  TriggersTest(SharedStack shared) {
    this.shared = shared;
    stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder()
                .setTarget(shared.stack().state().temporalAddress())
                .build());
  }

  @AfterEach
  void stop() {
    stubs.shutdownNow();
  }

  @Test
  void aScheduleFiresAndSoDoesACall() throws Exception {
    Path train = shared.write(few(), "scheduled");
    Path file =
        write(
            "scheduled.yaml",
            "name: scheduled",
            "schedule: {cron: \"0 2 29 2 *\", time_zone: Europe/Berlin}",
            "launch:",
            "  spec:",
            "    name: scheduled",
            "    last_stage: CURATE",
            "    data: {train: [{path: " + train + "}]}");
    assertThat(cli("triggers", "set", file.toString())).contains("scheduled", "next      ");
    ScheduleHandle schedule = ScheduleClient.newInstance(stubs).getHandle("trigger/scheduled");
    assertThat(schedule.describe().getInfo().getNextActionTimes().get(0))
        .asString()
        .contains("-02-29T01:00:00Z");

    schedule.trigger();
    Run scheduled = shared.runs().awaitListed("label.retort.dev/trigger = scheduled");
    finish(scheduled);
    String fired = cli("triggers", "fire", "scheduled");
    String firings = cli("triggers", "firings", "scheduled");

    assertThat(scheduled.getCreatedBy()).startsWith("trigger/scheduled (made by ");
    assertThat(fired).contains("LAUNCHED scheduled-").doesNotContain(scheduled.getRunId());
    assertThat(firings)
        .contains("schedule  LAUNCHED " + scheduled.getRunId(), "api  LAUNCHED scheduled-");
    assertThat(cli("triggers", "list", "-o", "json"))
        .as("the time that Temporal knows")
        .contains("\"" + schedule.describe().getInfo().getNextActionTimes().get(0) + "\"");
  }

  @Test
  void newFilesOfAWatchedFolderLaunchARunEach() throws Exception {
    Path folder = Files.createDirectories(shared.folder().resolve("incoming"));
    Path first = shared.write(few(), "incoming/first");
    Path file =
        write(
            "incoming.yaml",
            "name: incoming",
            "watched_data: {uri: incoming, pattern: \"*.jsonl\", poll_interval: 10s,",
            "  quiet_period: 1s, include_existing: true}",
            "launch:",
            "  spec: {name: incoming, last_stage: CURATE}");
    assertThat(cli("triggers", "set", file.toString()))
        .contains("watches   " + folder + "  *.jsonl");
    Run ofFirst = shared.runs().awaitListed("label.retort.dev/trigger = incoming");

    Path second = shared.write(few(), "incoming-second");
    Path moved = Files.move(second, folder.resolve("second.jsonl"), StandardCopyOption.ATOMIC_MOVE);
    Run ofSecond =
        shared.runs().awaitListed("label.retort.dev/trigger = incoming", ofFirst.getRunId());
    finish(ofSecond);

    assertThat(paths(ofFirst)).containsExactly(first.toString());
    assertThat(paths(ofSecond)).as("only the new one").containsExactly(moved.toString());
    assertThat(cli("triggers", "show", "incoming"))
        .contains("looked    ", ": 2 files")
        .doesNotContain("PROBLEM");
    assertThat(cli("triggers", "test", "incoming")).contains("curate");
    assertThat(cli("triggers", "firings", "incoming").lines())
        .as("no run of its own outputs")
        .hasSize(2)
        .allMatch(line -> line.contains("watched_data  LAUNCHED "));
    String unused = cli("triggers", "delete", "incoming");
    assertThat(
            WorkflowClient.newInstance(stubs)
                .newUntypedWorkflowStub("watch/incoming")
                .describe()
                .getStatus()
                .name())
        .isEqualTo("WORKFLOW_EXECUTION_STATUS_TERMINATED");
  }

  private void finish(Run run) {
    Run finished = shared.runs().finish(run);
    assertThat(finished.getPhase())
        .as(finished.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  private List<String> paths(Run run) {
    return shared.runs().get(run.getRunId()).getSpec().getData().getTrainList().stream()
        .map(DataSource::getPath)
        .toList();
  }

  /** Quick to curate. */
  private WordProblems few() {
    return new WordProblems(shared.takeProblems().problems().subList(0, 3));
  }

  private Path write(String name, String... lines) throws IOException {
    return Files.write(shared.folder().resolve(name), List.of(lines));
  }

  private String cli(String... arguments) throws Exception {
    return shared.stack().cli(arguments);
  }
}
