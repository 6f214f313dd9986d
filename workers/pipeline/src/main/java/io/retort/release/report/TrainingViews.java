package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.Batching;
import io.retort.v1.RunSummary;
import io.retort.v1.TrainingResult;
import java.util.ArrayList;
import java.util.List;

/** The report's view of the trainings. */
final class TrainingViews {
  static List<ReportView.Training> of(RunSummary summary) {
    List<ReportView.Training> trainings = new ArrayList<>();
    if (summary.hasSft()) {
      trainings.add(training("SFT", summary.getSft()));
    }
    if (summary.hasCogpo()) {
      trainings.add(training("CogPO", summary.getCogpo()));
    }
    return trainings;
  }

  private static ReportView.Training training(String name, TrainingResult result) {
    List<ReportView.Fact> facts = new ArrayList<>();
    facts.add(new ReportView.Fact("First loss", Figures.loss(result.getFirstLoss())));
    facts.add(new ReportView.Fact("Final loss", Figures.loss(result.getFinalLoss())));
    facts.add(new ReportView.Fact("Optimizer steps", Figures.count(result.getSteps())));
    facts.add(new ReportView.Fact("Rows", Figures.count(result.getRows())));
    facts.add(new ReportView.Fact("Too long, left out", Figures.count(result.getTruncatedRows())));
    facts.add(new ReportView.Fact("Left out otherwise", Figures.count(result.getDroppedRows())));
    facts.add(new ReportView.Fact("Time in training", Figures.duration(result.getSeconds())));
    how(facts, result);
    if (result.getResumedFromStep() > 0) {
      facts.add(
          new ReportView.Fact("Resumed from step", Figures.count(result.getResumedFromStep())));
    }
    return new ReportView.Training(
        name,
        LossChart.of(name, result.getCurveList(), result.getValidationCurveList()),
        RewardViews.of(result),
        facts);
  }

  /** The settings as resolved by the trainer; results of older trainers do not have them. */
  private static void how(List<ReportView.Fact> facts, TrainingResult result) {
    if (result.getTokens() > 0) {
      facts.add(new ReportView.Fact("Tokens, without padding", Figures.count(result.getTokens())));
      facts.add(
          new ReportView.Fact(
              "Tokens a second", Figures.count(Math.round(result.getTokensPerSecond()))));
    }
    if (result.getPeakMemoryBytes() > 0) {
      facts.add(
          new ReportView.Fact(
              "Peak memory of a rank", Figures.mebibytes(result.getPeakMemoryBytes())));
    }
    if (result.getModelFlopsUtilization() > 0) {
      facts.add(
          new ReportView.Fact(
              "Model FLOPs utilization", Figures.percent(result.getModelFlopsUtilization())));
    }
    if (result.getPerDeviceBatchSize() > 0) {
      facts.add(
          new ReportView.Fact(
              "Ranks x rows x accumulation",
              result.getRanks()
                  + " x "
                  + result.getPerDeviceBatchSize()
                  + " x "
                  + result.getGradientAccumulationSteps()
                  + ", "
                  + batching(result.getBatching())));
    }
    if (result.getValidationRows() > 0) {
      facts.add(new ReportView.Fact("Held-out rows", Figures.count(result.getValidationRows())));
    }
    if (result.getBestStep() > 0) {
      facts.add(
          new ReportView.Fact(
              "Model taken from step",
              Figures.count(result.getBestStep())
                  + (result.getStoppedEarly() ? ", stopped early" : "")));
    }
  }

  private static String batching(Batching batching) {
    return switch (batching) {
      case BATCHING_PACKED -> "packed";
      case BATCHING_LENGTH_GROUPED -> "grouped by length";
      case BATCHING_AUTO, BATCHING_UNSPECIFIED, UNRECOGNIZED -> "batched";
    };
  }

  private TrainingViews() {}
}
