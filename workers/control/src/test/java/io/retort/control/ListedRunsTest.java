package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.Run;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ListedRunsTest {
  private final List<String> made = new ArrayList<>();
  private final ListedRuns runs =
      new ListedRuns(
          info -> {
            made.add(info.getExecution().getWorkflowId());
            return Run.newBuilder().setRunId(info.getExecution().getWorkflowId()).build();
          });

  @Test
  void aRunIsMadeAnewOnlyWhenSomethingOfItHasChanged() {
    WorkflowExecutionInfo info = info("a", "CURATE").build();
    Run first = runs.of(info);

    assertThat(runs.of(info.toBuilder().setHistoryLength(9).setHistorySizeBytes(9).build()))
        .as("a workflow that went on")
        .isSameAs(first);
    assertThat(runs.of(info("a", "SFT").build())).isNotSameAs(first);
    assertThat(
            runs.of(
                info("a", "SFT")
                    .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED)
                    .setCloseTime(Timestamps.fromSeconds(9))
                    .build()))
        .isNotNull();
    assertThat(made).containsExactly("a", "a", "a");
  }

  @Test
  void aRunThatIsNotListedAnyMoreIsForgotten() {
    Run unused = runs.of(info("a", "SFT").build());
    Run kept = runs.of(info("b", "SFT").build());

    runs.keep(Set.of("b"));

    assertThat(runs.of(info("b", "SFT").build())).isSameAs(kept);
    assertThat(runs.of(info("a", "SFT").build())).isNotNull();
    assertThat(made).containsExactly("a", "b", "a");
  }

  private static WorkflowExecutionInfo.Builder info(String runId, String stage) {
    return FakeVisibility.running(runId, "RetortStage", stage);
  }
}
