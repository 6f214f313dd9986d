package io.retort.curve;

import io.retort.v1.LossPoint;
import io.retort.v1.LossPreview;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import java.util.List;
import java.util.Optional;

/** Losses of a run's last training, few enough for a list of runs. */
public final class LossPreviews {
  private static final int MOST_POINTS = 30;

  /** Empty for a run in which no training has logged two losses. */
  public static Optional<LossPreview> of(Run run) {
    RunSummary summary = run.getSummary();
    return of(Stage.STAGE_COGPO, summary.getCogpo().getCurveList())
        .or(() -> of(Stage.STAGE_SFT, summary.getSft().getCurveList()));
  }

  private static Optional<LossPreview> of(Stage stage, List<LossPoint> curve) {
    // A loss that is no number has no place in a drawing.
    List<Float> losses =
        curve.stream().map(point -> (float) point.getLoss()).filter(Float::isFinite).toList();
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
