package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.rows.RowStageWorkflow;
import io.retort.rows.RowStageWorkflowImpl;
import io.retort.v1.LastStage;
import io.retort.v1.RunRequest;
import io.retort.v1.Stage;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.testing.WorkflowReplayer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Histories of runs that were under way when a new version is rolled out must replay on it. After a
 * change that was made compatible by {@code Workflow.getVersion}, record a new history beside the
 * old ones: {@code ./mvnw -pl workflows test -Dtest=RunHistoryReplayTest#record
 * -Dretort.history=src/test/resources/histories}, with the next number in the names below.
 */
final class RunHistoryReplayTest {
  private static final String RUN = "histories/run-3.json";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run-1",
        "run-pairs-1",
        "row-stage-1",
        "run-2",
        "run-pairs-2",
        "run-hit-2",
        "run-fault-2",
        "row-stage-2",
        "run-3",
        "run-fault-3",
        "run-approval-3"
      })
  void goldenHistoriesReplay(String name) throws Exception {
    String history = read("histories/" + name + ".json");

    // As a worker: the history's own type decides which implementation replays it.
    assertThatCode(
            () ->
                WorkflowReplayer.replayWorkflowExecution(
                    history,
                    RunWorkflowV1Impl.class,
                    RunWorkflowImpl.class,
                    RowStageWorkflowImpl.class))
        .doesNotThrowAnyException();
  }

  @Test
  void anIncompatibleChangeIsNoticed() throws Exception {
    String history = read(RUN);
    String changed = history.replace("\"InspectStudent\"", "\"InspectTeacher\"");
    assertThat(changed).isNotEqualTo(history);

    assertThatThrownBy(
            () -> WorkflowReplayer.replayWorkflowExecution(changed, RunWorkflowImpl.class))
        .hasStackTraceContaining("InspectTeacher");
  }

  @Test
  @EnabledIfSystemProperty(named = "retort.history", matches = ".+")
  void record() throws IOException {
    Path folder = Path.of(System.getProperty("retort.history"));
    Files.createDirectories(folder);
    try (WorkflowEnvironment environment = new WorkflowEnvironment()) {
      environment.newRun().run(WorkflowEnvironment.request());
      write(environment, WorkflowEnvironment.RUN_ID, folder.resolve("run-3.json"));
      write(
          environment,
          RowStageWorkflow.id(WorkflowEnvironment.RUN_ID, Stage.STAGE_CURATE),
          folder.resolve("row-stage-3.json"));
      environment.newRun("again").run(WorkflowEnvironment.request("again"));
      write(environment, "again", folder.resolve("run-hit-3.json"));
    }
    try (WorkflowEnvironment environment = new WorkflowEnvironment()) {
      RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
      request.getSpecBuilder().setLastStage(LastStage.LAST_STAGE_PAIR);
      environment.newRun().run(request.build());
      write(environment, WorkflowEnvironment.RUN_ID, folder.resolve("run-pairs-3.json"));
    }
    try (WorkflowEnvironment environment = new WorkflowEnvironment()) {
      AtomicInteger attempts = new AtomicInteger();
      environment.activities.onTrainerJob =
          job -> {
            if (attempts.incrementAndGet() <= ActivityPolicies.ATTEMPTS) {
              throw Failures.platform("TRAINER_DIED", "actor died", null);
            }
          };
      environment.newRun().run(WorkflowEnvironment.request());
      write(environment, WorkflowEnvironment.RUN_ID, folder.resolve("run-fault-3.json"));
    }
    try (WorkflowEnvironment environment = new WorkflowEnvironment()) {
      environment.newRun().run(ApprovalRunTest.request());
      write(environment, WorkflowEnvironment.RUN_ID, folder.resolve("run-approval-3.json"));
    }
    assertThat(folder).isNotEmptyDirectory();
  }

  private static void write(WorkflowEnvironment environment, String workflowId, Path file)
      throws IOException {
    WorkflowExecutionHistory history = environment.client().fetchHistory(workflowId);
    Files.writeString(file, history.toJson(true));
  }

  private static String read(String resource) throws IOException {
    try (InputStream input =
        RunHistoryReplayTest.class.getClassLoader().getResourceAsStream(resource)) {
      assertThat(input).as(resource).isNotNull();
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
