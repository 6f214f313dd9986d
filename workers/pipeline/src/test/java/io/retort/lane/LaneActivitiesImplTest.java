package io.retort.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.EnterLaneRequest;
import io.retort.v1.FindEndedRunsRequest;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneOutcome;
import io.retort.v1.LanePolicy;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LaneActivitiesImplTest {
  private final TestWorkflowEnvironment temporal =
      TestWorkflowEnvironment.newInstance(
          TestEnvironmentOptions.newBuilder().setUseTimeskipping(false).build());
  private final WorkflowClient client = temporal.getWorkflowClient();
  private String storeUri = "";
  private Store store = Store.open("file:///");
  private LaneActivitiesImpl activities = new LaneActivitiesImpl(store, storeUri, client);

  @BeforeEach
  void open(@TempDir Path folder) {
    storeUri = folder.toUri().toString().replaceFirst("/$", "");
    store = Store.open(storeUri);
    activities = new LaneActivitiesImpl(store, storeUri, client);
  }

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void startsTheWorkflowOfALaneWithItsPolicy() throws IOException {
    LaneConfig config =
        new LaneConfigs(store, storeUri)
            .set(
                LaneConfig.newBuilder()
                    .setName("nightly")
                    .setPolicy(LanePolicy.LANE_POLICY_SEQUENTIAL)
                    .build(),
                Timestamp.getDefaultInstance(),
                "anna",
                stored -> {});

    activities.enterLane(enter("nightly"));

    assertThat(config.getChangedBy()).isEqualTo("anna");
    assertThat(client.newUntypedWorkflowStub("lane/nightly").describe().getWorkflowType())
        .isEqualTo(LaneWorkflow.TYPE);
  }

  @Test
  void refusesALaneThatNobodyHasSet() {
    assertThatThrownBy(() -> activities.enterLane(enter("absent")))
        .hasMessageContaining("lane: absent (expected: one that `retort lanes list` shows)");
    assertThatThrownBy(() -> activities.enterLane(enter("../runs/a")))
        .hasMessageContaining("lane: ../runs/a");
  }

  @Test
  void aRunThatTemporalHasDeletedEndedAsItsRecordSays() throws IOException {
    client
        .newUntypedWorkflowStub(
            "Run", WorkflowOptions.newBuilder().setWorkflowId("live").setTaskQueue("none").build())
        .start();
    client
        .newUntypedWorkflowStub(
            "Run",
            WorkflowOptions.newBuilder().setWorkflowId("killed").setTaskQueue("none").build())
        .start();
    client.newUntypedWorkflowStub("killed").terminate("by the test");
    record("recorded", RunPhase.RUN_PHASE_SUCCEEDED);
    record("lost", RunPhase.RUN_PHASE_RUNNING);

    assertThat(
            activities
                .findEndedRuns(
                    FindEndedRunsRequest.newBuilder()
                        .addRunIds("live")
                        .addRunIds("killed")
                        .addRunIds("recorded")
                        .addRunIds("lost")
                        .addRunIds("absent")
                        .build())
                .getEndedList())
        .containsExactly(
            exit("killed", LaneOutcome.LANE_OUTCOME_FAILED),
            exit("recorded", LaneOutcome.LANE_OUTCOME_SUCCEEDED),
            exit("lost", LaneOutcome.LANE_OUTCOME_UNKNOWN),
            exit("absent", LaneOutcome.LANE_OUTCOME_UNKNOWN));
  }

  private void record(String runId, RunPhase phase) throws IOException {
    byte[] bytes = StoredMessages.bytes(Run.newBuilder().setRunId(runId).setPhase(phase).build());
    store.write(storeUri + "/runs/" + runId + "/run.json", output -> output.write(bytes));
  }

  private EnterLaneRequest enter(String lane) {
    return EnterLaneRequest.newBuilder()
        .setLane(lane)
        .setRunId("a-1")
        .setStoreUri(storeUri)
        .build();
  }

  private static LaneExit exit(String runId, LaneOutcome outcome) {
    return LaneExit.newBuilder().setRunId(runId).setOutcome(outcome).build();
  }
}
