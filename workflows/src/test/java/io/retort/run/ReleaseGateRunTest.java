package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.GateAction;
import io.retort.v1.GateCondition;
import io.retort.v1.GateSpec;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gate of a run whose models were not compared on its benchmark. */
class ReleaseGateRunTest {
  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void aVersionThatIsHeldIsPublishedWithoutItsAlias() {
    Run run = environment.newRun().run(request(GateAction.GATE_ACTION_HOLD));

    ReleaseSummary release = run.getSummary().getRelease();
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(release.getGate().getAction()).isEqualTo(GateAction.GATE_ACTION_HOLD);
    assertThat(release.getGate().getFindings(0).getSentence())
        .isEqualTo(
            "not worse than base on unseen: cannot tell. The run has no comparison of the two.");
    assertThat(release.getVersion()).isOne();
    assertThat(release.getAlias()).isEmpty();
    assertThat(activities.aliases).isEmpty();
  }

  @Test
  void theAliasMovesWhereTheGateReleases() {
    Run run = environment.newRun().run(request(GateAction.GATE_ACTION_RELEASE));

    assertThat(run.getSummary().getRelease().getGate().getAction())
        .isEqualTo(GateAction.GATE_ACTION_RELEASE);
    assertThat(activities.aliases).hasSize(1);
  }

  private static RunRequest request(GateAction cannotTell) {
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request
        .getSpecBuilder()
        .getReleaseBuilder()
        .setGate(
            GateSpec.newBuilder()
                .setCannotTell(cannotTell)
                .setOtherwise(GateAction.GATE_ACTION_HOLD)
                .addConditions(GateCondition.newBuilder().setBenchmark("unseen")));
    return request.build();
  }
}
