package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.CompareForGateResponse;
import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.GateAction;
import io.retort.v1.GateBaseline;
import io.retort.v1.GateComparison;
import io.retort.v1.GateCondition;
import io.retort.v1.GateSpec;
import io.retort.v1.PublishRequest;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.TrainerJob;
import java.util.List;
import java.util.Optional;
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

  @Test
  void theStage1ModelIsPublishedWhereTheGateSaysSo() {
    activities.onCompare =
        request ->
            List.of(
                Comparison.newBuilder()
                    .setModel("stage-2")
                    .setBaseline("stage-1")
                    .setBenchmark("unseen")
                    .setVerdict(ComparisonVerdict.COMPARISON_VERDICT_WORSE)
                    .build());
    RunRequest.Builder request = request(GateAction.GATE_ACTION_HOLD).toBuilder();
    request
        .getSpecBuilder()
        .getReleaseBuilder()
        .getGateBuilder()
        .getConditionsBuilder(0)
        .setBaseline(GateBaseline.GATE_BASELINE_STAGE_1)
        .setWorse(GateAction.GATE_ACTION_RELEASE_STAGE_1);

    Run run = environment.newRun().run(request.build());

    assertThat(run.getSummary().getRelease().getGate().getModel()).isEqualTo("stage-1");
    assertThat(activities.published)
        .extracting(PublishRequest::getReleased)
        .containsExactly("stage-1");
    assertThat(activities.jobs)
        .filteredOn(TrainerJob::hasExport)
        .extracting(job -> job.getExport().getModelUri())
        .containsExactly(run.getSummary().getSft().getModelUri());
    assertThat(activities.aliases).hasSize(1);
  }

  @Test
  void theAliasStaysWhereItWasMovedAfterTheComparison() {
    activities.compared =
        CompareForGateResponse.newBuilder()
            .setAliasVersion(3)
            .addComparisons(
                GateComparison.newBuilder()
                    .setModel("stage-2")
                    .setComparison(
                        Comparison.newBuilder()
                            .setVerdict(ComparisonVerdict.COMPARISON_VERDICT_BETTER)))
            .build();
    activities.aliasStays = Optional.of(2);
    RunRequest.Builder request = request(GateAction.GATE_ACTION_HOLD).toBuilder();
    request
        .getSpecBuilder()
        .getReleaseBuilder()
        .setAlias("latest")
        .getGateBuilder()
        .getConditionsBuilder(0)
        .setBaseline(GateBaseline.GATE_BASELINE_ALIAS);

    Run run = environment.newRun().run(request.build());

    assertThat(activities.gateRequests.get(0).getScoresCount()).isEqualTo(3);
    assertThat(activities.gateRequests.get(0).getModelsMap())
        .containsOnlyKeys("stage-1", "stage-2");
    assertThat(activities.aliases.get(0).getExpectedVersion()).isEqualTo(3);
    assertThat(run.getSummary().getRelease().getAlias()).isEmpty();
    assertThat(run.getWarningsList())
        .containsExactly(
            "alias latest stays at v2: the gate has compared with v3, which it named before; to"
                + " move it all the same: retort models promote m:v1 latest --reason WHY");
  }

  @Test
  void saysWhyTheAliasDoesNotMoveToWhatTheGateReleases() {
    activities.aliasStays = Optional.of(2);

    Run run = environment.newRun().run(request(GateAction.GATE_ACTION_RELEASE));

    assertThat(run.getSummary().getRelease().getAlias()).isEmpty();
    assertThat(run.getWarningsList())
        .singleElement()
        .asString()
        .endsWith(
            " stays at v2: v1 is lower, has been its version before, or was deleted; to move it all"
                + " the same: retort models promote m:v1 "
                + activities.aliases.get(0).getAlias()
                + " --reason WHY");
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
