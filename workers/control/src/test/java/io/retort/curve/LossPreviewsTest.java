package io.retort.curve;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.CurvePoint;
import io.retort.v1.GetCurvesResponse;
import io.retort.v1.LossPoint;
import io.retort.v1.LossPreview;
import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.TrainingResult;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class LossPreviewsTest {
  @Test
  void aLongCurveKeepsItsEndsInThirtyPoints() {
    TrainingResult.Builder sft = TrainingResult.newBuilder();
    for (int step = 1; step <= 5000; step++) {
      sft.addCurve(point(step, step));
    }

    LossPreview preview = LossPreviews.of(run(sft, TrainingResult.newBuilder())).orElseThrow();

    assertThat(preview.getStage()).isEqualTo(Stage.STAGE_SFT);
    assertThat(preview.getLossList()).hasSize(30).startsWith(1f).endsWith(5000f).isSorted();
  }

  @Test
  void theLastTrainingIsShown() {
    LossPreview preview = LossPreviews.of(run(curve(2, 1), curve(0.7, 0.6))).orElseThrow();

    assertThat(preview.getStage()).isEqualTo(Stage.STAGE_COGPO);
    assertThat(preview.getLossList()).containsExactly(0.7f, 0.6f);
  }

  @Test
  void aLossThatIsNoNumberIsLeftOut() {
    assertThat(LossPreviews.of(run(curve(2, Double.NaN, 1), curve(1, Double.POSITIVE_INFINITY))))
        .hasValueSatisfying(
            preview -> {
              assertThat(preview.getStage()).isEqualTo(Stage.STAGE_SFT);
              assertThat(preview.getLossList()).containsExactly(2f, 1f);
            });
    assertThat(LossPreviews.of(Run.getDefaultInstance())).isEmpty();
  }

  @Test
  void ofATrainingThatRunsTheLastWithALossIsShown() {
    GetCurvesResponse.Builder curves = GetCurvesResponse.newBuilder();
    curves.addStagesBuilder().setStage(Stage.STAGE_SFT).getCurvesBuilder().addAllLoss(values(2, 1));
    curves.addStagesBuilder().setStage(Stage.STAGE_COGPO).getCurvesBuilder().addAllLoss(values(3));

    assertThat(LossPreviews.of(curves.build()).orElseThrow())
        .isEqualTo(
            LossPreview.newBuilder().setStage(Stage.STAGE_SFT).addLoss(2).addLoss(1).build());
  }

  private static List<CurvePoint> values(double... losses) {
    return DoubleStream.of(losses)
        .mapToObj(loss -> CurvePoint.newBuilder().setValue(loss).build())
        .toList();
  }

  private static Run run(TrainingResult.Builder sft, TrainingResult.Builder cogpo) {
    Run.Builder run = Run.newBuilder();
    run.getSummaryBuilder().setSft(sft).setCogpo(cogpo);
    return run.build();
  }

  private static TrainingResult.Builder curve(double... losses) {
    TrainingResult.Builder result = TrainingResult.newBuilder();
    for (int step = 0; step < losses.length; step++) {
      result.addCurve(point(step, losses[step]));
    }
    return result;
  }

  private static LossPoint point(long step, double loss) {
    return LossPoint.newBuilder().setStep(step).setLoss(loss).build();
  }
}
