package io.retort.release.report;

import io.retort.v1.GapRewards;
import io.retort.v1.LossPoint;
import io.retort.v1.RunSummary;
import io.retort.v1.TrainingResult;
import java.util.ArrayList;
import java.util.List;

/** The numbers behind the figures of the trainings. */
final class TrainingTables {
  static List<FigureTable> of(RunSummary summary) {
    List<FigureTable> tables = new ArrayList<>();
    if (summary.hasSft()) {
      tables.addAll(of("SFT", summary.getSft()));
    }
    if (summary.hasCogpo()) {
      tables.addAll(of("CogPO", summary.getCogpo()));
    }
    return tables;
  }

  private static List<FigureTable> of(String name, TrainingResult result) {
    List<FigureTable> tables = new ArrayList<>();
    FigureTable.Builder loss =
        FigureTable.of("loss:" + name, "Loss of " + name, "rows", "step", "loss");
    add(loss, "trained", result.getCurveList());
    add(loss, "held out", result.getValidationCurveList());
    tables.add(loss.build());
    if (result.getRewardsCount() > 0) {
      tables.add(rewards(name, result));
    }
    return tables;
  }

  private static FigureTable rewards(String name, TrainingResult result) {
    FigureTable.Builder table =
        FigureTable.of(
            "rewards:" + name,
            "Rewards of " + name,
            "pairs",
            "step",
            "gap",
            "count",
            "margin",
            "accuracy",
            "chosen_reward",
            "rejected_reward",
            "chosen_log_probability_drift",
            "rejected_log_probability_drift");
    result
        .getRewardCurveList()
        .forEach(
            point ->
                point.getRewardsList().forEach(one -> add(table, "curve", point.getStep(), one)));
    result.getRewardsList().forEach(one -> add(table, "trained", "", one));
    result.getValidationRewardsList().forEach(one -> add(table, "held out", "", one));
    return table.build();
  }

  private static void add(FigureTable.Builder table, String pairs, Object step, GapRewards one) {
    table.row(
        pairs,
        step,
        RewardViews.name(one.getGap()),
        one.getPairs(),
        one.getMargin(),
        one.getAccuracy(),
        one.getChosenReward(),
        one.getRejectedReward(),
        one.getChosenLogProbabilityDrift(),
        one.getRejectedLogProbabilityDrift());
  }

  private static void add(FigureTable.Builder table, String rows, List<LossPoint> curve) {
    curve.forEach(point -> table.row(rows, point.getStep(), point.getLoss()));
  }

  private TrainingTables() {}
}
