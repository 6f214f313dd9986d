package io.retort.release.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.evaluation.EvaluatedModels;
import io.retort.report.Figures;
import io.retort.store.Locations;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Batching;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.TrainingResult;
import io.retort.v1.Usage;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Builds the report's view of a run; pure. Parts that the run has not reached are left out. */
final class ReportViews {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final ObjectMapper JSON = new ObjectMapper();

  static ReportView of(Run run, ReportExamples examples) {
    RunSummary summary = run.getSummary();
    return new ReportView(
        run.getSpec().getName().isEmpty() ? run.getRunId() : run.getSpec().getName(),
        run.getRunId(),
        facts(run),
        DifferenceViews.headline(summary),
        tiles(run),
        DifferenceViews.differences(summary.getComparisonsList()),
        ScoreViews.benchmarks(summary.getScoresList()),
        summary.hasCuration()
            ? Optional.of(DataViews.data(summary.getIngest(), summary.getCuration()))
            : Optional.empty(),
        summary.hasPairing()
            ? Optional.of(
                DataViews.pairs(summary.getPairing(), run.getSpec().getPreference().getBeta()))
            : Optional.empty(),
        trainings(summary),
        ExampleViews.chains(examples.records(), run.getSpec().getCuration().getLlmValidation()),
        ExampleViews.pairs(examples.pairs()),
        stages(run),
        tokens(summary),
        loading(run),
        SettingsText.yaml(run.getSpec()),
        provenance(run));
  }

  private static List<ReportView.Fact> facts(Run run) {
    List<ReportView.Fact> facts = new ArrayList<>();
    facts.add(new ReportView.Fact("Run", run.getRunId()));
    if (run.hasFailure()) {
      facts.add(
          new ReportView.Fact(
              "Failed", run.getFailure().getType() + ": " + run.getFailure().getMessage()));
    } else if (run.getPhase() == RunPhase.RUN_PHASE_CANCELLED) {
      facts.add(new ReportView.Fact("Ended", Figures.name(run.getPhase())));
    }
    if (run.hasCreatedAt()) {
      facts.add(new ReportView.Fact("Started", time(run.getCreatedAt())));
    }
    end(run)
        .ifPresent(
            end ->
                facts.add(
                    new ReportView.Fact(
                        "Time", Figures.duration(Figures.seconds(run.getCreatedAt(), end)))));
    if (run.getSummary().hasRelease()) {
      facts.add(
          new ReportView.Fact(
              "Published",
              run.getSummary().getRelease().getModel()
                  + " version "
                  + run.getSummary().getRelease().getVersion()
                  + (run.getSummary().getRelease().getAlias().isEmpty()
                      ? ""
                      : ", alias " + run.getSummary().getRelease().getAlias())));
      facts.addAll(GateFacts.of(run.getSummary().getRelease()));
    }
    if (!run.getOriginRunId().isEmpty()) {
      facts.add(new ReportView.Fact("Retrained from", run.getOriginRunId()));
    }
    facts.addAll(EvaluationFindingViews.facts(run.getSummary()));
    return facts;
  }

  private static List<ReportView.Tile> tiles(Run run) {
    RunSummary summary = run.getSummary();
    List<ReportView.Tile> tiles = new ArrayList<>();
    if (summary.getScoresCount() > 0) {
      Optional<Score> last =
          ScoreViews.first(summary.getScoresList(), EvaluatedModels.STAGE_2)
              .or(() -> ScoreViews.first(summary.getScoresList(), EvaluatedModels.STAGE_1));
      Optional<Score> base = ScoreViews.first(summary.getScoresList(), EvaluatedModels.BASE);
      last.flatMap(ScoreViews::firstK)
          .ifPresent(
              figure ->
                  tiles.add(
                      new ReportView.Tile(
                          "pass@" + figure.getK() + " on " + summary.getScores(0).getBenchmark(),
                          Figures.percent(figure.getValue()),
                          base.flatMap(ScoreViews::firstK)
                              .map(was -> "base model " + Figures.percent(was.getValue()))
                              .orElse(""))));
    }
    if (summary.hasCuration()) {
      long kept = summary.getCuration().getRetained() + summary.getCuration().getImproved();
      tiles.add(
          new ReportView.Tile(
              "Rows kept",
              Figures.count(kept),
              "of " + Figures.count(summary.getCuration().getRows()) + " judged"));
    }
    if (summary.hasPairing()) {
      tiles.add(
          new ReportView.Tile(
              "Preference pairs",
              Figures.count(Figures.total(summary.getPairing().getGapsList())),
              "all validated"));
    }
    if (summary.hasCuration() || summary.hasPairing()) {
      Usage usage = all(summary);
      tiles.add(
          new ReportView.Tile(
              "Judge tokens",
              Figures.count(usage.getPromptTokens() + usage.getCompletionTokens()),
              "in " + Figures.count(usage.getCalls()) + " calls"));
    }
    return tiles;
  }

  private static List<ReportView.Training> trainings(RunSummary summary) {
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
        name, LossChart.of(name, result.getCurveList(), result.getValidationCurveList()), facts);
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

  private static List<ReportView.StageRow> stages(Run run) {
    Optional<Timestamp> end = end(run);
    if (end.isEmpty()) {
      return List.of();
    }
    double all = Math.max(1e-3, Figures.seconds(run.getCreatedAt(), end.get()));
    return run.getStagesList().stream().map(stage -> stage(run, stage, all)).toList();
  }

  private static ReportView.StageRow stage(Run run, StageProgress stage, double all) {
    double start = Figures.seconds(run.getCreatedAt(), stage.getStartedAt());
    double seconds =
        stage.hasFinishedAt() ? Figures.seconds(stage.getStartedAt(), stage.getFinishedAt()) : 0;
    String unit = stage.getUnit().isEmpty() ? "" : " " + stage.getUnit();
    return new ReportView.StageRow(
        Figures.name(stage.getStage()),
        stage.getReuse() == StageReuse.STAGE_REUSE_HIT
            ? "taken over from " + stage.getMadeByRunId()
            : Figures.name(stage.getPhase()),
        stage.getDone() == 0 ? "" : Figures.count(stage.getDone()) + unit,
        stage.hasFinishedAt() ? Figures.duration(seconds) : "",
        Svg.number(Math.min(100, 100 * start / all)),
        Svg.number(Math.min(100, 100 * seconds / all)));
  }

  /** When the run ended, or the latest time of its stages. */
  private static Optional<Timestamp> end(Run run) {
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

  private static Optional<ReportView.Tokens> tokens(RunSummary summary) {
    if (!summary.hasCuration() && !summary.hasPairing()) {
      return Optional.empty();
    }
    return Optional.of(
        new ReportView.Tokens(
            List.of(
                tokens("curate", summary.getCuration().getUsage()),
                tokens("pair", summary.getPairing().getUsage()),
                tokens("all", all(summary)))));
  }

  private static ReportView.TokenRow tokens(String stage, Usage usage) {
    return new ReportView.TokenRow(
        stage,
        Figures.count(usage.getCalls()),
        Figures.count(usage.getPromptTokens()),
        Figures.count(usage.getCompletionTokens()),
        Figures.count(usage.getReasoningTokens()),
        Figures.count(usage.getPromptTokens() + usage.getCompletionTokens()));
  }

  private static Usage all(RunSummary summary) {
    Usage curation = summary.getCuration().getUsage();
    Usage pairing = summary.getPairing().getUsage();
    return Usage.newBuilder()
        .setCalls(curation.getCalls() + pairing.getCalls())
        .setPromptTokens(curation.getPromptTokens() + pairing.getPromptTokens())
        .setCompletionTokens(curation.getCompletionTokens() + pairing.getCompletionTokens())
        .setReasoningTokens(curation.getReasoningTokens() + pairing.getReasoningTokens())
        .build();
  }

  private static Optional<ReportView.Loading> loading(Run run) {
    if (!run.getSummary().hasRelease()) {
      return Optional.empty();
    }
    String uri = run.getSummary().getRelease().getModelUri();
    Optional<Path> local = Locations.path(uri);
    return Optional.of(
        new ReportView.Loading(
            local.isPresent() ? Optional.empty() : Optional.of(uri),
            literal(local.map(Path::toString).orElse("model")),
            literal(run.getSpec().getStudent().getSystemPrompt()),
            Integer.toUnsignedString(run.getSpec().getEvaluation().getMaxNewTokens())));
  }

  /** A text as a Python literal: JSON's escapes are Python's too. */
  private static String literal(String text) {
    try {
      return JSON.writeValueAsString(text);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("every text has a JSON form", e);
    }
  }

  private static List<ReportView.Fact> provenance(Run run) {
    RunSummary summary = run.getSummary();
    List<ReportView.Fact> facts = new ArrayList<>();
    facts.addAll(EvaluatedModelViews.facts(summary.getModelsList()));
    add(facts, "Student", run.getSpec().getStudent().getModel());
    run.getSpec()
        .getData()
        .getTrainList()
        .forEach(source -> facts.add(new ReportView.Fact("Training file", source.getPath())));
    add(facts, "Data set", summary.getIngest().getDataset());
    add(facts, "Kept samples", summary.getCuration().getKept());
    add(facts, "Preference pairs", summary.getPairing().getPairs());
    add(facts, "Stage-1 checkpoint", summary.getSft().getModelUri());
    add(facts, "Stage-2 checkpoint", summary.getCogpo().getModelUri());
    summary.getScoresList().stream()
        .map(score -> score.getBenchmark() + "\n" + score.getDatasetSha256())
        .distinct()
        .map(text -> text.split("\n", 2))
        .forEach(
            benchmark ->
                facts.add(
                    new ReportView.Fact("Benchmark " + benchmark[0], "sha256 " + benchmark[1])));
    add(facts, "Published model", summary.getRelease().getModelUri());
    return facts;
  }

  private static void add(List<ReportView.Fact> facts, String name, ArtifactRef artifact) {
    if (!artifact.getUri().isEmpty()) {
      facts.add(new ReportView.Fact(name, artifact.getUri() + "\nsha256 " + artifact.getSha256()));
    }
  }

  private static void add(List<ReportView.Fact> facts, String name, String uri) {
    if (!uri.isEmpty()) {
      facts.add(new ReportView.Fact(name, uri));
    }
  }

  private static String time(Timestamp timestamp) {
    return TIME.format(Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos()));
  }

  private ReportViews() {}
}
