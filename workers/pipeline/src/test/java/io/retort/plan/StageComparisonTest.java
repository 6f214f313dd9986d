package io.retort.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationSummary;
import io.retort.v1.PlannedStage;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageDifference;
import io.retort.v1.StageExplanation;
import io.retort.v1.StageFigures;
import io.retort.v1.StageProgress;
import io.retort.v1.StageRecord;
import io.retort.v1.TrainingResult;
import io.retort.v1.Usage;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StageComparisonTest {
  private static final PlannedStage SFT =
      PlannedStage.newBuilder()
          .setStage(Stage.STAGE_SFT)
          .setVersion(2)
          .putFields("sft.learning_rate", "1.0E-5")
          .putFields("sft.epochs", "3")
          .putInputs("student", "a")
          .addUnknownInputs("kept samples")
          .build();

  @Test
  void theNearestResultIsNamedWithItsDifferences() {
    StageRecord far = record("far", "2.0E-5", "1").toBuilder().setVersion(1).build();
    StageRecord near =
        record("near", "2.0E-5", "3").toBuilder().putFields("sft.liger", "true").build();

    StageExplanation explanation = StageComparison.explain(SFT, List.of(far, near));

    assertThat(explanation.getComparedRunId()).isEqualTo("near");
    assertThat(explanation.getDifferencesList())
        .as("an input that is not known is no difference")
        .containsExactly(
            StageDifference.newBuilder()
                .setName("sft.learning_rate")
                .setBefore("2.0E-5")
                .setAfter("1.0E-5")
                .build(),
            StageDifference.newBuilder().setName("sft.liger").setBefore("true").build());
  }

  @Test
  void manyAndLongDifferencesAreCut() {
    PlannedStage.Builder planned = SFT.toBuilder();
    for (int index = 0; index < 30; index++) {
      planned.putFields("data.train[" + index + "].format", "x".repeat(500));
    }

    StageExplanation explanation =
        StageComparison.explain(planned.build(), List.of(record("first", "1.0E-5", "3")));

    assertThat(explanation.getDifferencesCount()).isEqualTo(20);
    assertThat(explanation.getMoreDifferences()).isEqualTo(10);
    assertThat(explanation.getDifferences(0).getAfter()).hasSize(120).endsWith("...");
  }

  @Test
  void trainingTakesAsManyPassesAsItHasEpochs() {
    StageFigures figures =
        StageComparison.explain(SFT, List.of(record("first", "1.0E-5", "1"))).getFigures();

    assertThat(figures.getPasses()).isEqualTo(3);
    assertThat(figures.getRowsRead()).isEqualTo(75);
    assertThat(figures.getSeconds()).isEqualTo(60);

    PlannedStage limited = SFT.toBuilder().putFields("sft.max_steps", "10").build();
    assertThat(
            StageComparison.explain(limited, List.of(record("first", "1.0E-5", "1")))
                .getFigures()
                .getPasses())
        .as("steps cannot be compared with epochs")
        .isZero();
  }

  @Test
  void tokensAreThoseOfAResultThatAskedTheJudge() {
    PlannedStage curate = PlannedStage.newBuilder().setStage(Stage.STAGE_CURATE).build();
    StageRecord cached = curation("cached", Usage.newBuilder().setCachedCalls(40).build());
    StageRecord asked =
        curation("asked", Usage.newBuilder().setCalls(30).setPromptTokens(900).build()).toBuilder()
            .putFields("curation.max_rounds", "3")
            .build();

    StageExplanation explanation = StageComparison.explain(curate, List.of(cached, asked));

    assertThat(explanation.getComparedRunId()).isEqualTo("cached");
    assertThat(explanation.getFigures().getRunId()).isEqualTo("asked");
    assertThat(explanation.getFigures().getCalls()).isEqualTo(30);
    assertThat(explanation.getFigures().getRowsMade()).isEqualTo(8);
  }

  @Test
  void withoutAResultNothingIsSaid() {
    assertThat(StageComparison.explain(SFT, List.of()))
        .isEqualTo(StageExplanation.getDefaultInstance());
  }

  private static StageRecord record(String runId, String rate, String epochs) {
    return StageRecord.newBuilder()
        .setStage(Stage.STAGE_SFT)
        .setVersion(2)
        .setRunId(runId)
        .putFields("sft.learning_rate", rate)
        .putFields("sft.epochs", epochs)
        .putInputs("student", "a")
        .putInputs("kept samples", "b")
        .setProgress(
            StageProgress.newBuilder()
                .setStartedAt(Timestamps.fromSeconds(100))
                .setFinishedAt(Timestamps.fromSeconds(160)))
        .setSummary(
            RunSummary.newBuilder()
                .setSft(TrainingResult.newBuilder().setRows(70).setTruncatedRows(5)))
        .build();
  }

  private static StageRecord curation(String runId, Usage usage) {
    return StageRecord.newBuilder()
        .setStage(Stage.STAGE_CURATE)
        .setRunId(runId)
        .setSummary(
            RunSummary.newBuilder()
                .setCuration(
                    CurationSummary.newBuilder()
                        .setRows(10)
                        .setKept(ArtifactRef.newBuilder().setRows(8))
                        .setUsage(usage)))
        .build();
  }
}
