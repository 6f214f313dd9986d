package io.retort.release.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Timestamp;
import io.retort.evaluation.EvaluatedModels;
import io.retort.report.Figures;
import io.retort.store.Locations;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
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

  static ReportView of(Run run, ReportExamples examples, ReportAnswers answers) {
    RunSummary summary = run.getSummary();
    return new ReportView(
        run.getSpec().getName().isEmpty() ? run.getRunId() : run.getSpec().getName(),
        run.getRunId(),
        facts(run),
        DifferenceViews.headline(summary),
        tiles(run),
        DifferenceViews.differences(
            summary.getComparisonsList(), ModelColour.of(summary.getScoresList())),
        ScoreViews.benchmarks(summary.getScoresList()),
        data(summary),
        summary.hasPairing()
            ? Optional.of(DataViews.pairs(summary.getPairing(), DataViews.betas(run.getSpec())))
            : Optional.empty(),
        TrainingViews.of(summary),
        ExampleViews.chains(examples.records(), run.getSpec().getCuration().getLlmValidation()),
        ExampleViews.pairs(examples.pairs()),
        AnswerViews.of(answers, summary.getScoresList()),
        StageViews.of(run),
        loading(run),
        SettingsText.yaml(run.getSpec()),
        LineageViews.of(run),
        ReportData.of(run, answers));
  }

  private static Optional<ReportView.Data> data(RunSummary summary) {
    if (summary.hasCuration()) {
      return Optional.of(DataViews.data(summary.getIngest(), summary.getCuration()));
    }
    return summary.hasIngest()
        ? Optional.of(DataViews.data(summary.getIngest()))
        : Optional.empty();
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
    StageViews.end(run)
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
          ScoreViews.first(summary.getScoresList(), summary.getRelease().getGate().getModel())
              .or(() -> ScoreViews.first(summary.getScoresList(), EvaluatedModels.STAGE_2))
              .or(() -> ScoreViews.first(summary.getScoresList(), EvaluatedModels.STAGE_1));
      Optional<Score> base = ScoreViews.first(summary.getScoresList(), EvaluatedModels.BASE);
      last.flatMap(ScoreViews::firstK)
          .ifPresent(
              figure ->
                  tiles.add(
                      new ReportView.Tile(
                          "pass@"
                              + figure.getK()
                              + " on "
                              + summary.getScores(0).getBenchmark()
                              + ", "
                              + last.get().getModel(),
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
      Usage usage = StageViews.usage(summary);
      long others = tokens(StageViews.paidByOthers(run));
      tiles.add(
          new ReportView.Tile(
              "Judge tokens",
              Figures.count(tokens(usage)),
              "in "
                  + Figures.count(usage.getCalls())
                  + " calls"
                  + (others == 0
                      ? ""
                      : "; " + Figures.count(others) + " tokens paid for by other runs")));
    }
    return tiles;
  }

  private static long tokens(Usage usage) {
    return usage.getPromptTokens() + usage.getCompletionTokens();
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
            Optional.of(run.getSpec().getStudent().getSystemPrompt())
                .filter(prompt -> !prompt.isEmpty())
                .map(ReportViews::literal),
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

  static String time(Timestamp timestamp) {
    return TIME.format(Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos()));
  }

  private ReportViews() {}
}
