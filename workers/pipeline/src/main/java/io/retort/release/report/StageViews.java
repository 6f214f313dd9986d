package io.retort.release.report;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.report.Figures;
import io.retort.rows.UsageSums;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What each stage took: time, calls, tokens and money. */
final class StageViews {
  /** Stages that call model endpoints. */
  private static final List<Stage> JUDGING = List.of(Stage.STAGE_CURATE, Stage.STAGE_PAIR);

  private static final String THIS_RUN = "this run";

  record Stages(List<Row> rows, List<Judge> judges) {
    boolean hasJudges() {
      return !judges.isEmpty();
    }
  }

  /**
   * @param start of the bar, in percent of the run's time
   * @param width of the bar, likewise
   */
  record Row(
      String stage,
      String reuse,
      String phase,
      String work,
      String time,
      String start,
      String width) {}

  /** Calls of model endpoints of one stage. */
  record Judge(
      String stage,
      String calls,
      String cached,
      String prompt,
      String completion,
      String reasoning,
      String all,
      String cost,
      String paidBy) {}

  static Stages of(Run run) {
    return new Stages(rows(run), judges(run));
  }

  static FigureTable table(Run run) {
    FigureTable.Builder table =
        FigureTable.of(
            "stages",
            "Stages",
            "stage",
            "phase",
            "reuse",
            "made_by_run_id",
            "done",
            "unit",
            "seconds",
            "calls",
            "cached_calls",
            "prompt_tokens",
            "completion_tokens",
            "reasoning_tokens",
            "cost");
    for (StageProgress stage : run.getStagesList()) {
      Usage usage = usage(run.getSummary(), stage.getStage());
      table.row(
          Figures.name(stage.getStage()),
          Figures.name(stage.getPhase()),
          reuse(stage),
          stage.getMadeByRunId(),
          stage.getDone(),
          stage.getUnit(),
          seconds(stage),
          usage.getCalls(),
          usage.getCachedCalls(),
          usage.getPromptTokens(),
          usage.getCompletionTokens(),
          usage.getReasoningTokens(),
          usage.getCost());
    }
    return table.build();
  }

  /** When the run ended, or the latest time of its stages. */
  static Optional<Timestamp> end(Run run) {
    if (!run.hasCreatedAt()) {
      return Optional.empty();
    }
    if (run.hasFinishedAt()) {
      return Optional.of(run.getFinishedAt());
    }
    return run.getStagesList().stream()
        .map(stage -> stage.hasFinishedAt() ? stage.getFinishedAt() : stage.getStartedAt())
        .max(Timestamps.comparator());
  }

  /** Of all stages; a result of another run was paid for by that run. */
  static Usage usage(RunSummary summary) {
    return usage(summary, JUDGING);
  }

  /** Of the stages whose result was taken over from another run, which paid for it. */
  static Usage paidByOthers(Run run) {
    return usage(
        run.getSummary(), JUDGING.stream().filter(stage -> hit(run, stage).isPresent()).toList());
  }

  private static Usage usage(RunSummary summary, List<Stage> stages) {
    return stages.stream()
        .map(stage -> usage(summary, stage))
        .reduce(Usage.getDefaultInstance(), UsageSums::sum);
  }

  private static List<Row> rows(Run run) {
    Optional<Timestamp> end = end(run);
    if (end.isEmpty()) {
      return List.of();
    }
    double all = Math.max(1e-3, Figures.seconds(run.getCreatedAt(), end.get()));
    return run.getStagesList().stream().map(stage -> row(run, stage, all)).toList();
  }

  private static Row row(Run run, StageProgress stage, double all) {
    double start = Figures.seconds(run.getCreatedAt(), stage.getStartedAt());
    double seconds = seconds(stage);
    String unit = stage.getUnit().isEmpty() ? "" : " " + stage.getUnit();
    return new Row(
        Figures.name(stage.getStage()),
        stage.getReuse() == StageReuse.STAGE_REUSE_HIT
            ? "HIT, taken over from " + stage.getMadeByRunId()
            : reuse(stage),
        Figures.name(stage.getPhase()),
        stage.getDone() == 0 ? "" : Figures.count(stage.getDone()) + unit,
        stage.hasFinishedAt() ? Figures.duration(seconds) : "",
        Svg.number(Math.min(100, 100 * start / all)),
        Svg.number(Math.min(100, 100 * seconds / all)));
  }

  private static double seconds(StageProgress stage) {
    return stage.hasFinishedAt() ? Figures.seconds(stage.getStartedAt(), stage.getFinishedAt()) : 0;
  }

  private static String reuse(StageProgress stage) {
    return switch (stage.getReuse()) {
      case STAGE_REUSE_HIT -> "HIT";
      case STAGE_REUSE_RUN -> "RUN";
      case STAGE_REUSE_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  private static List<Judge> judges(Run run) {
    RunSummary summary = run.getSummary();
    List<Stage> stages = JUDGING.stream().filter(stage -> has(summary, stage)).toList();
    if (stages.isEmpty()) {
      return List.of();
    }
    List<Judge> judges = new ArrayList<>();
    for (Stage stage : stages) {
      judges.add(
          judge(Figures.name(stage), usage(summary, stage), hit(run, stage).orElse(THIS_RUN)));
    }
    List<Stage> own = stages.stream().filter(stage -> hit(run, stage).isEmpty()).toList();
    if (own.size() < stages.size()) {
      judges.add(judge("all of this run", usage(summary, own), THIS_RUN));
      judges.add(judge("all, also of other runs", usage(summary, stages), ""));
    } else {
      judges.add(judge("all", usage(summary, stages), THIS_RUN));
    }
    return judges;
  }

  private static Judge judge(String stage, Usage usage, String paidBy) {
    return new Judge(
        stage,
        Figures.count(usage.getCalls()),
        Figures.count(usage.getCachedCalls()),
        Figures.count(usage.getPromptTokens()),
        Figures.count(usage.getCompletionTokens()),
        Figures.count(usage.getReasoningTokens()),
        Figures.count(usage.getPromptTokens() + usage.getCompletionTokens()),
        usage.getCost() > 0 ? Figures.cost(usage.getCost()) : "-",
        paidBy);
  }

  private static boolean has(RunSummary summary, Stage stage) {
    return stage == Stage.STAGE_CURATE ? summary.hasCuration() : summary.hasPairing();
  }

  /** The run whose result this one took over for a stage. */
  private static Optional<String> hit(Run run, Stage stage) {
    return run.getStagesList().stream()
        .filter(progress -> progress.getStage() == stage)
        .filter(progress -> progress.getReuse() == StageReuse.STAGE_REUSE_HIT)
        .map(StageProgress::getMadeByRunId)
        .findFirst();
  }

  private static Usage usage(RunSummary summary, Stage stage) {
    return switch (stage) {
      case STAGE_CURATE -> summary.getCuration().getUsage();
      case STAGE_PAIR -> summary.getPairing().getUsage();
      default -> Usage.getDefaultInstance();
    };
  }

  private StageViews() {}
}
