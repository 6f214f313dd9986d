package io.retort.curve;

import io.retort.v1.CurvePoint;
import io.retort.v1.GetCurvesResponse;
import io.retort.v1.LossPoint;
import io.retort.v1.LossPreview;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageCurves;
import io.retort.v1.TrainingResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Losses of a run's last training, few enough for a list of runs. */
public final class LossPreviews {
  private static final int MOST_POINTS = 30;

  /** Empty for a run in which no training has logged two losses. */
  public static Optional<LossPreview> of(Run run) {
    RunSummary summary = run.getSummary();
    return of(Stage.STAGE_COGPO, summary.getCogpo())
        .or(() -> of(Stage.STAGE_SFT, summary.getSft()));
  }

  /** The same of a training that runs. */
  public static Optional<LossPreview> of(GetCurvesResponse curves) {
    return curves.getStagesList().stream()
        .flatMap(stage -> of(stage).stream())
        .reduce((earlier, later) -> later);
  }

  private static Optional<LossPreview> of(StageCurves curves) {
    return of(
        curves.getStage(), curves.getCurves().getLossList().stream().map(CurvePoint::getValue));
  }

  private static Optional<LossPreview> of(Stage stage, TrainingResult training) {
    return of(stage, training.getCurveList().stream().map(LossPoint::getLoss));
  }

  private static Optional<LossPreview> of(Stage stage, Stream<Double> logged) {
    // A loss that is no number has no place in a drawing.
    List<Float> losses = logged.map(Double::floatValue).filter(Float::isFinite).toList();
    if (losses.size() < 2) {
      return Optional.empty();
    }
    LossPreview.Builder preview = LossPreview.newBuilder().setStage(stage);
    int points = Math.min(MOST_POINTS, losses.size());
    for (int point = 0; point < points; point++) {
      preview.addLoss(losses.get((int) ((long) point * (losses.size() - 1) / (points - 1))));
    }
    return Optional.of(preview.build());
  }

  private LossPreviews() {}
}
