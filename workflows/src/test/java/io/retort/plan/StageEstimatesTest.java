package io.retort.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationSummary;
import io.retort.v1.IngestSummary;
import io.retort.v1.PlanEstimate;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageDifference;
import io.retort.v1.StageExplanation;
import io.retort.v1.StageFigures;
import io.retort.v1.StagePlan;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StageEstimatesTest {
  /** 100 rows, of which 80 were kept; half of the calls came from the cache. */
  private static final StageFigures CURATION =
      StageFigures.newBuilder()
          .setRunId("first")
          .setRowsRead(100)
          .setRowsMade(80)
          .setCalls(400)
          .setCountedCalls(200)
          .setPromptTokens(20_000)
          .setCompletionTokens(10_000)
          .setCost(2)
          .setSeconds(50)
          .setPasses(1)
          .build();

  @Test
  void figuresGrowWithTheRows() {
    StageEstimates estimates =
        new StageEstimates(
            RunSummary.newBuilder().setIngest(IngestSummary.newBuilder().setRows(200)).build());
    estimates.reuse(Stage.STAGE_INGEST);

    PlanEstimate curate = estimate(estimates, Stage.STAGE_CURATE, CURATION);
    PlanEstimate sft =
        estimate(
            estimates,
            Stage.STAGE_SFT,
            StageFigures.newBuilder().setRowsRead(80).setSeconds(30).setPasses(2).build());

    assertThat(curate.getRows()).isEqualTo(200);
    assertThat(curate.getCalls()).isEqualTo(800);
    assertThat(curate.getPromptTokens()).as("those of the cache have none").isEqualTo(80_000);
    assertThat(curate.getCompletionTokens()).isEqualTo(40_000);
    assertThat(curate.getCost()).isEqualTo(8);
    assertThat(curate.getSeconds()).isEqualTo(100);
    assertThat(curate.getBasisRunId()).isEqualTo("first");
    assertThat(sft.getRows()).as("rows that curation is expected to keep").isEqualTo(160);
    assertThat(sft.getSeconds()).isEqualTo(120);
    assertThat(sft.hasCost()).isFalse();
  }

  @Test
  void otherDataHasAnUnknownNumberOfRows() {
    StageEstimates estimates = new StageEstimates(RunSummary.getDefaultInstance());
    PlanEstimate ingest =
        estimates
            .estimate(
                Stage.STAGE_INGEST,
                StageExplanation.newBuilder()
                    .setFigures(CURATION)
                    .addDifferences(StageDifference.newBuilder().setName("data.train[0]"))
                    .build())
            .orElseThrow();

    PlanEstimate curate = estimate(estimates, Stage.STAGE_CURATE, CURATION);

    assertThat(ingest.hasRows()).isFalse();
    assertThat(curate.hasRows()).isFalse();
    assertThat(curate.hasCost()).isFalse();
    assertThat(curate.hasSeconds()).isFalse();
  }

  @Test
  void withoutAnEarlierResultNothingIsKnownButTheRows() {
    StageEstimates estimates =
        new StageEstimates(
            RunSummary.newBuilder()
                .setCuration(
                    CurationSummary.newBuilder().setKept(ArtifactRef.newBuilder().setRows(9)))
                .build());
    estimates.reuse(Stage.STAGE_CURATE);

    assertThat(estimates.estimate(Stage.STAGE_PAIR, StageExplanation.getDefaultInstance()))
        .contains(PlanEstimate.newBuilder().setRows(9).build());
    assertThat(estimates.estimate(Stage.STAGE_COGPO, StageExplanation.getDefaultInstance()))
        .isEmpty();
  }

  @Test
  void noPriceIsNotFree() {
    StageEstimates estimates =
        new StageEstimates(
            RunSummary.newBuilder().setIngest(IngestSummary.newBuilder().setRows(100)).build());
    estimates.reuse(Stage.STAGE_INGEST);

    PlanEstimate curate =
        estimate(estimates, Stage.STAGE_CURATE, CURATION.toBuilder().setCost(0).build());

    assertThat(curate.hasCost()).isFalse();
    assertThat(curate.getPromptTokens()).isEqualTo(40_000);
  }

  @Test
  void aTotalIsUnknownWhereOneStageIs() {
    StagePlan known =
        StagePlan.newBuilder()
            .setStage(Stage.STAGE_CURATE)
            .setEstimate(PlanEstimate.newBuilder().setSeconds(2).setCost(3).setCalls(4))
            .build();
    StagePlan unknown = StagePlan.newBuilder().setStage(Stage.STAGE_SFT).build();

    PlanEstimate total = PlanTotals.of(List.of(known, unknown));

    assertThat(total.hasSeconds()).isFalse();
    assertThat(total.getCost()).as("training costs no judge").isEqualTo(3);
    assertThat(total.getCalls()).isEqualTo(4);
    assertThat(PlanTotals.of(List.of(known)).getSeconds()).isEqualTo(2);
  }

  private static PlanEstimate estimate(
      StageEstimates estimates, Stage stage, StageFigures figures) {
    return estimates
        .estimate(stage, StageExplanation.newBuilder().setFigures(figures).build())
        .orElseThrow();
  }
}
