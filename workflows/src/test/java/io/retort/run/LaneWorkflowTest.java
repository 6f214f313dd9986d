package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.lane.LaneWorkflow;
import io.retort.v1.LaneEntry;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneRun;
import io.retort.v1.RunPhase;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class LaneWorkflowTest {
  private final LaneHarness lanes = new LaneHarness(600);

  @AfterEach
  void close() {
    lanes.close();
  }

  @Test
  void aSequentialLaneRunsOneAfterAnotherInTheirOrder() {
    lanes.set(LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    lanes.startInOrder("a", "b", "c");
    lanes.awaitAdmitted("a");
    LaneHarness.await(() -> lanes.run("c").getLane().getPlace() == 2);

    assertThat(lanes.run("c").getPhase()).isEqualTo(RunPhase.RUN_PHASE_QUEUED);
    assertThat(lanes.run("c").getLane().getDetail()).isEqualTo("waiting in lane nightly, place 2");
    lanes.end("a", RunPhase.RUN_PHASE_FAILED);
    lanes.awaitAdmitted("b");
    LaneHarness.await(() -> lanes.run("c").getLane().getPlace() == 1);
    lanes.succeed("b");
    lanes.awaitAdmitted("c");
    lanes.succeed("c");
    LaneHarness.await(() -> lanes.state().getHoldersCount() == 0);

    assertThat(lanes.admitted).containsExactly("a", "b", "c");
    assertThat(lanes.mostAtOnce).isEqualTo(1);
  }

  @Test
  void aWaitingRunCanBeCancelledAndTheOthersMoveUp() {
    lanes.set(LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    lanes.startInOrder("a", "b", "c");

    lanes.cancel("b");
    LaneHarness.await(() -> lanes.run("c").getLane().getPlace() == 1);
    lanes.succeed("a");
    lanes.awaitAdmitted("c");

    assertThat(lanes.run("b").getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(lanes.admitted).containsExactly("a", "c");
  }

  @Test
  void aFailedRunBlocksAStrictLaneUntilAPersonUnblocksIt() {
    lanes.set(LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL, 0);
    lanes.startInOrder("a", "b", "c");
    LaneWorkflow lane =
        lanes.client().newWorkflowStub(LaneWorkflow.class, LaneWorkflow.id(LaneHarness.LANE));
    assertThatThrownBy(lane::unblock)
        .isInstanceOf(WorkflowUpdateException.class)
        .hasStackTraceContaining("not blocked");

    lanes.end("a", RunPhase.RUN_PHASE_FAILED);
    LaneHarness.await(() -> lanes.state().hasBlock());
    assertThat(lanes.state().getBlock().getRunId()).isEqualTo("a");
    assertThat(lanes.state().getHoldersList()).isEmpty();
    assertThat(lane.unblock().hasBlock()).isFalse();
    lanes.awaitAdmitted("b");
    lanes.cancel("b");
    lanes.awaitAdmitted("c");

    assertThat(lanes.state().hasBlock()).as("cancelled by a person").isFalse();
    assertThat(lanes.admitted).containsExactly("a", "b", "c");
  }

  @Test
  void aFirstOnlyLaneCancelsRunsThatArriveWhileOneRuns() {
    lanes.set(LanePolicy.LANE_POLICY_FIRST_ONLY, 0);
    lanes.startInOrder("a", "b", "c");
    lanes.awaitPhase("b", RunPhase.RUN_PHASE_CANCELLED);
    lanes.awaitPhase("c", RunPhase.RUN_PHASE_CANCELLED);

    assertThat(lanes.run("b").getWarningsList())
        .containsExactly("cancelled by lane nightly, whose policy is FIRST_ONLY: run a runs");
    lanes.succeed("a");
    LaneHarness.await(() -> lanes.state().getHoldersCount() == 0);
    lanes.startInOrder("d");
    lanes.awaitAdmitted("d");

    assertThat(lanes.admitted).containsExactly("a", "d");
  }

  @Test
  void aFirstOnlyLaneNoticesThatItsFirstRunWasKilled() {
    lanes.set(LanePolicy.LANE_POLICY_FIRST_ONLY, 0);
    lanes.startInOrder("a");
    lanes.awaitAdmitted("a");

    lanes.terminate("a");
    lanes.startInOrder("b");
    lanes.awaitAdmitted("b");

    assertThat(lanes.admitted).containsExactly("a", "b");
  }

  @Test
  void aLastOnlyLaneCancelsTheRunningRunAndWaitsForItsEnd() {
    lanes.set(LanePolicy.LANE_POLICY_LAST_ONLY, 0);
    lanes.startInOrder("a");
    lanes.awaitAdmitted("a");
    lanes.startInOrder("b");
    lanes.awaitAdmitted("b");

    assertThat(lanes.run("a").getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(lanes.run("a").getLane().getDetail()).endsWith("LAST_ONLY: run b is newer");
    assertThat(lanes.mostAtOnce).isEqualTo(1);
  }

  @Test
  void aSerialLatestOnlyLaneKeepsTheRunningAndTheNewestRun() {
    lanes.set(LanePolicy.LANE_POLICY_SERIAL_LATEST_ONLY, 0);
    lanes.startInOrder("a");
    lanes.awaitAdmitted("a");
    lanes.startInOrder("b", "c", "d");
    lanes.awaitPhase("b", RunPhase.RUN_PHASE_CANCELLED);
    lanes.awaitPhase("c", RunPhase.RUN_PHASE_CANCELLED);

    assertThat(lanes.isOpen("a")).isTrue();
    lanes.succeed("a");
    lanes.awaitAdmitted("d");
    assertThat(lanes.admitted).containsExactly("a", "d");
  }

  @Test
  void aSlotOfARunThatWasTerminatedIsFreedByThoseWhoWait() {
    lanes.set(LanePolicy.LANE_POLICY_PARALLEL, 2);
    lanes.startInOrder("a", "b");
    lanes.awaitAdmitted("b");

    lanes.terminate("a");
    lanes.startInOrder("c");
    lanes.awaitAdmitted("c");

    assertThat(lanes.mostAtOnce).isEqualTo(2);
  }

  @Test
  void aTerminatedRunBlocksAStrictLaneAndFreesItsSlot() {
    lanes.set(LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL, 0);
    lanes.startInOrder("a", "b");
    lanes.awaitAdmitted("a");

    lanes.terminate("a");
    LaneHarness.await(() -> lanes.state().hasBlock());

    assertThat(lanes.state().getBlock().getRunId()).isEqualTo("a");
    assertThat(lanes.state().getHoldersList()).isEmpty();
    assertThat(lanes.admitted).containsExactly("a");
  }

  @ParameterizedTest
  @EnumSource(names = {"LANE_POLICY_SEQUENTIAL", "LANE_POLICY_LAST_ONLY"})
  void runsThatTemporalDoesNotKnowAreForgotten(LanePolicy policy) {
    lanes.set(policy, 0);
    WorkflowStub lane = lanes.client().newUntypedWorkflowStub(LaneWorkflow.id(LaneHarness.LANE));
    lane.signal(LaneWorkflow.ENTER, LaneEntry.newBuilder().setRunId("ghost-1").build());
    lane.signal(LaneWorkflow.ENTER, LaneEntry.newBuilder().setRunId("ghost-2").build());

    lanes.startInOrder("a");
    lanes.awaitAdmitted("a");

    assertThat(lanes.state().getHoldersList()).extracting(LaneRun::getRunId).containsExactly("a");
    assertThat(lanes.state().getWaitingList()).isEmpty();
  }

  @Test
  void aLaneContinuesAsNewWithItsRuns() {
    lanes.set(LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    lanes.startInOrder("a", "b");
    lanes.awaitAdmitted("a");
    WorkflowStub lane = lanes.client().newUntypedWorkflowStub(LaneWorkflow.id(LaneHarness.LANE));
    String first = lane.describe().getExecution().getRunId();

    // A run that asks again receives its answer again.
    while (lane.describe().getExecution().getRunId().equals(first)) {
      for (int index = 0; index < 100; index++) {
        lane.signal(LaneWorkflow.ENTER, LaneEntry.newBuilder().setRunId("a").build());
      }
      assertThat(lanes.state().getHoldersCount()).isEqualTo(1);
    }

    assertThat(lanes.state().getHoldersList()).extracting(LaneRun::getRunId).containsExactly("a");
    assertThat(lanes.state().getWaitingList()).extracting(LaneRun::getRunId).containsExactly("b");
    lanes.succeed("a");
    lanes.awaitAdmitted("b");
    assertThat(lanes.mostAtOnce).isEqualTo(1);
  }
}
