package io.retort.plan;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.retort.v1.PlannedStage;
import io.retort.v1.RunSummary;
import io.retort.v1.StageFigures;
import io.retort.v1.StageProgress;
import io.retort.v1.StageRecord;
import io.retort.v1.TrainingResult;
import io.retort.v1.Usage;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an earlier result came to, from its record. */
final class FigureReader {
  static StageFigures read(PlannedStage stage, StageRecord record) {
    StageFigures.Builder figures =
        StageFigures.newBuilder()
            .setRunId(record.getRunId())
            .setSeconds(seconds(record.getProgress()))
            .setPasses(1);
    RunSummary summary = record.getSummary();
    switch (record.getStage()) {
      case STAGE_INGEST ->
          figures
              .setRowsRead(summary.getIngest().getRows())
              .setRowsMade(summary.getIngest().getRows());
      case STAGE_CURATE -> {
        figures
            .setRowsRead(summary.getCuration().getRows())
            .setRowsMade(summary.getCuration().getKept().getRows());
        addUsage(figures, summary.getCuration().getUsage());
      }
      case STAGE_PAIR -> {
        figures
            .setRowsRead(summary.getPairing().getRows())
            .setRowsMade(summary.getPairing().getPairs().getRows());
        addUsage(figures, summary.getPairing().getUsage());
      }
      case STAGE_SFT -> addTraining(figures, summary.getSft(), "sft", stage, record);
      case STAGE_COGPO -> addTraining(figures, summary.getCogpo(), "cogpo", stage, record);
      case STAGE_EXPORT -> figures.setRowsRead(summary.getExport().getSamples());
      case STAGE_EVALUATE, STAGE_RELEASE -> figures.setRowsRead(record.getProgress().getDone());
      case STAGE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    return figures.build();
  }

  private static void addUsage(StageFigures.Builder figures, Usage usage) {
    figures
        .setCalls(usage.getCalls() + usage.getCachedCalls())
        .setCountedCalls(usage.getCalls() - usage.getUncountedCalls())
        .setPromptTokens(usage.getPromptTokens())
        .setCompletionTokens(usage.getCompletionTokens())
        .setCost(usage.getCost());
  }

  private static void addTraining(
      StageFigures.Builder figures,
      TrainingResult training,
      String settings,
      PlannedStage stage,
      StageRecord record) {
    figures
        .setRowsRead(
            training.getRows()
                + training.getValidationRows()
                + training.getTruncatedRows()
                + training.getDroppedRows())
        .setPasses(
            passes(settings, stage, record)
                // Steps before the one that it resumed from are not in its time.
                * (training.getResumedFromStep() > 0 ? 0 : 1));
  }

  /** 0 where the steps of the two cannot be compared. */
  private static double passes(String settings, PlannedStage stage, StageRecord record) {
    Optional<Double> limit = number(stage.getFieldsMap().get(settings + ".max_steps"));
    Optional<Double> limitThen = number(record.getFieldsMap().get(settings + ".max_steps"));
    if (limit.isPresent() || limitThen.isPresent()) {
      return limit.equals(limitThen) ? 1 : 0;
    }
    Optional<Double> epochs = number(stage.getFieldsMap().get(settings + ".epochs"));
    Optional<Double> epochsThen = number(record.getFieldsMap().get(settings + ".epochs"));
    return epochs.isPresent() && epochsThen.isPresent() ? epochs.get() / epochsThen.get() : 1;
  }

  private static Optional<Double> number(@Nullable String text) {
    try {
      return text == null
          ? Optional.empty()
          : Optional.of(Double.valueOf(text)).filter(number -> number > 0);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static double seconds(StageProgress progress) {
    return progress.hasStartedAt() && progress.hasFinishedAt()
        ? Math.max(
            0,
            Durations.toNanos(Timestamps.between(progress.getStartedAt(), progress.getFinishedAt()))
                / 1e9)
        : 0;
  }

  private FigureReader() {}
}
