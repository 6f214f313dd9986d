package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.ArtifactRef;
import io.retort.v1.Plan;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageDifference;
import io.retort.v1.StagePlan;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What runs share, and what they never share. */
@Timeout(600)
@ExtendWith(SharedStack.Resolver.class)
@TestMethodOrder(MethodOrderer.Random.class)
final class ReuseTest {
  private final SharedStack shared;

  ReuseTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void aRetrainRunsWhatDependsOnItsChangesAlone() throws Exception {
    RunSpec spec = spec("reuse").build();
    Run origin = finish(shared.runs().create(spec));
    Run same = finish(shared.runs().create(spec));
    RunSpec.Builder rate = RunSpec.newBuilder();
    rate.getCogpoBuilder().setLearningRate(2e-3);
    Plan plan = shared.runs().planRetrain(origin.getRunId(), rate.build(), "cogpo.learning_rate");
    Run otherRate =
        finish(shared.runs().retrain(origin.getRunId(), rate.build(), "cogpo.learning_rate"));

    assertThat(RunClient.hits(same)).hasSize(8);
    assertThat(same.getSummary().getRelease().getVersion())
        .as("equal content is one version")
        .isEqualTo(origin.getSummary().getRelease().getVersion());
    assertThat(same.getSummary().getReportUri()).isNotEqualTo(origin.getSummary().getReportUri());
    assertThat(RunClient.hits(otherRate))
        .containsExactly(
            Stage.STAGE_INGEST,
            Stage.STAGE_CURATE,
            Stage.STAGE_SFT,
            Stage.STAGE_PAIR,
            Stage.STAGE_EXPORT);
    assertThat(plan.getStagesList())
        .as("the plan says what the run then does")
        .filteredOn(stage -> stage.getReuse() == StageReuse.STAGE_REUSE_HIT)
        .extracting(StagePlan::getStage)
        .containsExactlyElementsOf(RunClient.hits(otherRate));
    assertThat(plan.getStagesList().subList(0, 5))
        .extracting(StagePlan::getFingerprint)
        .containsExactlyElementsOf(
            otherRate.getStagesList().subList(0, 5).stream()
                .map(StageProgress::getFingerprint)
                .toList());
    assertThat(plan.getStages(4).getDifferencesList())
        .extracting(StageDifference::getName)
        .containsExactly("cogpo.learning_rate");
    assertThat(plan.getStages(4).getEstimate().getSeconds()).isPositive();
    assertThat(plan.getStages(5).getWaitsForList()).containsExactly(Stage.STAGE_COGPO);
    assertThat(plan.getProblemsList()).isEmpty();
    assertThat(otherRate.getSummary().getSft().getModelUri())
        .as("where it was made")
        .contains(origin.getRunId());
    assertThat(otherRate.getSummary().getCogpo().getModelSha256())
        .isNotEqualTo(origin.getSummary().getCogpo().getModelSha256());
    assertThat(otherRate.getSummary().getRelease().getVersion())
        .isGreaterThan(origin.getSummary().getRelease().getVersion());
  }

  @Test
  void otherRoundsOfCurationTakeOnlyTheDataSetOver() throws Exception {
    RunSpec.Builder spec = spec("rounds");
    Run origin = shared.runs().finish(shared.runs().create(spec.build()), Stage.STAGE_CURATE);
    RunSpec.Builder rounds = RunSpec.newBuilder();
    rounds.getCurationBuilder().setMaxRounds(2);

    Run other =
        shared
            .runs()
            .finish(
                shared.runs().retrain(origin.getRunId(), rounds.build(), "curation.max_rounds"),
                Stage.STAGE_SFT);

    assertThat(RunClient.hits(other)).containsExactly(Stage.STAGE_INGEST);
  }

  @Test
  void aResultWhoseObjectWasDeletedIsMadeAnew() throws Exception {
    RunSpec.Builder spec = spec("deleted");
    Run origin = shared.runs().finish(shared.runs().create(spec.build()), Stage.STAGE_PAIR);
    ArtifactRef pairs = origin.getSummary().getPairing().getPairs();
    Files.delete(Path.of(URI.create(pairs.getUri())).resolveSibling("part-00000.jsonl.zst"));

    Run again = shared.runs().finish(shared.runs().create(spec.build()), Stage.STAGE_PAIR);

    assertThat(RunClient.hits(again))
        .containsExactly(Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_SFT);
    assertThat(again.getSummary().getPairing().getPairs().getSha256()).isEqualTo(pairs.getSha256());
    assertThat(again.getSummary().getPairing().getPairs().getUri()).contains(again.getRunId());
  }

  @Test
  void ofTwoRunsAtOnceEachIsWhole() throws Exception {
    RunSpec spec = spec("at-once").build();
    List<Run> runs =
        List.of(shared.runs().create(spec), shared.runs().create(spec)).stream()
            .map(run -> shared.runs().finish(run, Stage.STAGE_PAIR))
            .toList();

    assertThat(runs)
        .allSatisfy(
            run -> {
              assertThat(run.getSummary().getCuration().getKept().getSha256())
                  .isEqualTo(runs.get(0).getSummary().getCuration().getKept().getSha256());
              // Records and pairs belong to one run.
              assertThat(maker(run.getSummary().getCuration().getRecords()))
                  .isEqualTo(maker(run.getSummary().getCuration().getKept()));
            });
    assertThat(RunClient.hits(shared.runs().finish(shared.runs().create(spec), Stage.STAGE_PAIR)))
        .contains(Stage.STAGE_CURATE, Stage.STAGE_SFT, Stage.STAGE_PAIR);
  }

  /** Id of the run whose folder contains an artifact. */
  private static String maker(ArtifactRef artifact) {
    return artifact.getUri().replaceFirst(".*/runs/([^/]+)/.*", "$1");
  }

  private RunSpec.Builder spec(String name) throws Exception {
    return shared.spec(name, shared.write(shared.takeProblems(), name));
  }

  private Run finish(Run run) {
    Run finished = shared.runs().finish(run);
    assertThat(finished.getPhase())
        .as(finished.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    return finished;
  }
}
