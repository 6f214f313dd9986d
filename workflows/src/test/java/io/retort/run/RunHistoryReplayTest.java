package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.shard.RowStageWorkflow;
import io.retort.shard.RowStageWorkflowImpl;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Histories of runs that were under way when a new version is rolled out must replay on it. After a
 * change that was made compatible by {@code Workflow.getVersion}, record a new history beside the
 * old ones: {@code ./mvnw -pl workflows test -Dtest=RunHistoryReplayTest#record
 * -Dretort.history=src/test/resources/histories/NAME}.
 */
final class RunHistoryReplayTest {
  private static final String RUN = "histories/run-1.json";
  private static final String PAIRS = "histories/run-pairs-1.json";
  private static final String ROW_STAGE = "histories/row-stage-1.json";

  @Test
  void goldenHistoriesReplay() throws Exception {
    WorkflowReplayer.replayWorkflowExecution(read(RUN), RunWorkflowImpl.class);
    WorkflowReplayer.replayWorkflowExecution(read(PAIRS), RunWorkflowImpl.class);
    WorkflowReplayer.replayWorkflowExecution(read(ROW_STAGE), RowStageWorkflowImpl.class);
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
      write(environment, WorkflowEnvironment.RUN_ID, folder.resolve("run.json"));
      write(
          environment,
          RowStageWorkflow.id(WorkflowEnvironment.RUN_ID, Stage.STAGE_CURATE),
          folder.resolve("row-stage.json"));
    }
    try (WorkflowEnvironment environment = new WorkflowEnvironment()) {
      RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
      request.getSpecBuilder().setLastStage(LastStage.LAST_STAGE_PAIR);
      environment.newRun().run(request.build());
      write(environment, WorkflowEnvironment.RUN_ID, folder.resolve("run-pairs.json"));
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
