package io.retort.report;

import io.retort.v1.Approval;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import io.retort.v1.ExportSummary;
import io.retort.v1.FollowRate;
import io.retort.v1.IngestSummary;
import io.retort.v1.PairingSummary;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.TrainingResult;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * The results of a run as plain text in aligned columns: rows, outcomes, pairs, losses, scores,
 * paired differences, judge tokens and cost, times and addresses. Omits parts that the run has not
 * reached.
 */
public final class RunTable {
  private static final String BOLD = "\u001b[1m";
  private static final String UNJUDGED = "UNJUDGED";
  private static final String RESET = "\u001b[0m";

  private final boolean styled;
  private final StringBuilder text = new StringBuilder();

  private RunTable(boolean styled) {
    this.styled = styled;
  }

  /**
   * @param styled whether terminal codes make headings bold; false for a file or a pipe
   * @return lines that each end in a line feed
   */
  public static String render(Run run, boolean styled) {
    RunTable table = new RunTable(styled);
    table.head(run);
    RunSummary summary = run.getSummary();
    if (summary.getModelsCount() > 0) {
      table.append(EvaluatedModelTable.of(summary.getModelsList()));
    }
    if (summary.hasIngest()) {
      table.ingest(summary.getIngest());
    }
    if (summary.hasCuration()) {
      table.difficulty(summary.getCuration());
      table.outcomes(summary.getCuration());
      table.kept(summary.getCuration());
    }
    if (summary.hasPairing()) {
      table.pairs(summary.getPairing());
    }
    if (summary.hasSft() || summary.hasCogpo()) {
      table.losses(summary);
    }
    summary.getScoresList().stream()
        .map(Score::getBenchmark)
        .distinct()
        .forEach(benchmark -> table.scores(benchmark, summary.getScoresList()));
    if (summary.getComparisonsCount() > 0) {
      table.append(ScoreTables.comparisons(summary.getComparisonsList()));
    }
    if (summary.hasFlips()) {
      TextTable flips = new TextTable("Graded anew: " + FlipLines.headline(summary.getFlips()));
      FlipLines.details(summary.getFlips()).forEach(flips::line);
      table.append(flips);
    }
    if (summary.getCalibrationsCount() > 0) {
      TextTable calibrations = new TextTable("Calibration, pass@1 (95 %)");
      summary.getCalibrationsList().stream()
          .map(CalibrationLines::sentence)
          .forEach(calibrations::line);
      table.append(calibrations);
    }
    if (summary.hasCuration() || summary.hasPairing()) {
      table.judge(run);
    }
    if (run.getStagesCount() > 0) {
      table.times(run.getStagesList());
    }
    if (summary.hasExport()) {
      table.export(summary.getExport());
    }
    if (summary.hasRelease()) {
      table.release(summary.getRelease());
    }
    table.report(run);
    return table.text.toString();
  }

  private void head(Run run) {
    String line =
        "Run " + TextTable.printable(run.getRunId()) + ": " + Figures.name(run.getPhase());
    if (run.hasCreatedAt() && run.hasFinishedAt()) {
      double seconds = Figures.seconds(run.getCreatedAt(), run.getFinishedAt());
      line += " in " + Figures.duration(seconds);
    }
    text.append(heading(line)).append('\n');
    if (!run.getOriginRunId().isEmpty()) {
      text.append("Retrained from ").append(TextTable.printable(run.getOriginRunId())).append('\n');
    }
    if (run.hasPause()) {
      text.append(TextTable.printable(run.getPause().getMessage())).append('\n');
    }
    if (run.hasFailure()) {
      text.append(
              TextTable.printable(
                  run.getFailure().getType() + ": " + run.getFailure().getMessage()))
          .append('\n');
    }
    for (String warning : run.getWarningsList()) {
      text.append("Warning: ").append(TextTable.printable(warning)).append('\n');
    }
  }

  private void ingest(IngestSummary ingest) {
    TextTable table =
        new TextTable("Data", "rows")
            .line("good", Figures.count(ingest.getRows()))
            .line("refused", Figures.count(ingest.getQuarantined()));
    append(withReasons(table, ingest.getQuarantineReasonsList()));
  }

  private void difficulty(CurationSummary curation) {
    TextTable table = new TextTable("Difficulty", "before", "after");
    for (String name : List.of("SIMPLE", "MEDIUM", "HARD")) {
      table.line(
          name.toLowerCase(Locale.ROOT),
          Figures.count(Figures.of(curation.getDifficultyBeforeList(), name)),
          Figures.count(Figures.of(curation.getDifficultyAfterList(), name)));
    }
    long unjudgedBefore = Figures.of(curation.getDifficultyBeforeList(), UNJUDGED);
    long unjudgedAfter = Figures.of(curation.getDifficultyAfterList(), UNJUDGED);
    if (unjudgedBefore + unjudgedAfter > 0) {
      table.line("not judged", Figures.count(unjudgedBefore), Figures.count(unjudgedAfter));
    }
    append(table);
  }

  private void outcomes(CurationSummary curation) {
    long rows = curation.getRows();
    long kept = curation.getRetained() + curation.getImproved();
    TextTable table = new TextTable("Curation", "rows", "share");
    outcome(table, "kept", kept, rows);
    outcome(table, "  as it came", curation.getRetained(), rows);
    outcome(table, "  improved", curation.getImproved(), rows);
    outcome(table, "rejected", curation.getRejected(), rows);
    outcome(table, "quarantined", curation.getQuarantined(), rows);
    if (curation.getKeptTokens() > 0) {
      table.line("tokens of what is kept", Figures.count(curation.getKeptTokens()));
    }
    if (curation.getReasonsCount() > 0) {
      table.line("rejected and quarantined by reason");
    }
    append(withReasons(table, curation.getReasonsList()));
  }

  private static void outcome(TextTable table, String name, long count, long rows) {
    table.line(name, Figures.count(count), Figures.share(count, rows));
  }

  /** Follow rates and ratings, where they were computed. */
  private void kept(CurationSummary curation) {
    if (curation.hasFollowRate()) {
      FollowRate rate = curation.getFollowRate();
      append(
          new TextTable("Follow rate of the original chains", "right", "answers", "share")
              .line(
                  "with the chain",
                  Figures.count(rate.getFollowed()),
                  Figures.count(rate.getSamples()),
                  Figures.share(rate.getFollowed(), rate.getSamples()))
              .line(
                  "problem alone",
                  Figures.count(rate.getAlone()),
                  Figures.count(rate.getAloneSamples()),
                  Figures.share(rate.getAlone(), rate.getAloneSamples())));
    }
    if (curation.getVerbosityCount() + curation.getCognitiveDifficultyCount() > 0) {
      TextTable table = new TextTable("Kept chains by rating", "verbosity", "cognitive difficulty");
      for (int rating = 0; rating <= 9; rating++) {
        String name = String.valueOf(rating);
        table.line(
            name,
            Figures.count(Figures.of(curation.getVerbosityList(), name)),
            Figures.count(Figures.of(curation.getCognitiveDifficultyList(), name)));
      }
      append(table);
    }
  }

  private void pairs(PairingSummary pairing) {
    TextTable table = new TextTable("Pairs by gap", "pairs");
    for (String name : List.of("SMALL", "MEDIUM", "LARGE")) {
      table.line(
          name.toLowerCase(Locale.ROOT), Figures.count(Figures.of(pairing.getGapsList(), name)));
    }
    table.line("all", Figures.count(Figures.total(pairing.getGapsList())));
    if (pairing.getKindsCount() > 0) {
      table.line("corrupted by kind");
      withReasons(table, pairing.getKindsList());
    }
    if (pairing.getRejectionsCount() > 0) {
      table.line("refused candidates by reason");
    }
    append(withReasons(table, pairing.getRejectionsList()));
  }

  private void losses(RunSummary summary) {
    TextTable table =
        new TextTable(
            "Training", "first loss", "final loss", "steps", "rows", "too long", "unusable");
    if (summary.hasSft()) {
      training(table, "sft", summary.getSft());
    }
    if (summary.hasCogpo()) {
      training(table, "cogpo", summary.getCogpo());
    }
    append(table);
  }

  private static void training(TextTable table, String name, TrainingResult result) {
    table.line(
        name,
        Figures.loss(result.getFirstLoss()),
        Figures.loss(result.getFinalLoss()),
        Figures.count(result.getSteps()),
        Figures.count(result.getRows()),
        Figures.count(result.getTruncatedRows()),
        Figures.count(result.getDroppedRows()));
  }

  private void scores(String benchmark, List<Score> scores) {
    append(ScoreTables.scores(benchmark, scores));
    ScoreTables.outcomes(benchmark, scores).ifPresent(this::append);
  }

  private void judge(Run run) {
    append(JudgeTable.of(run));
    long uncounted = JudgeTable.uncountedCalls(run);
    if (uncounted > 0) {
      text.append("  at least: ")
          .append(Figures.count(uncounted))
          .append(" answers did not report their usage\n");
    }
  }

  private void times(List<StageProgress> stages) {
    // Runs that began before stages had fingerprints have none.
    boolean hasReuse =
        stages.stream().anyMatch(stage -> stage.getReuse() != StageReuse.STAGE_REUSE_UNSPECIFIED);
    TextTable table =
        hasReuse ? new TextTable("Stage", "time", "result") : new TextTable("Stage", "time");
    for (StageProgress stage : stages) {
      String time =
          stage.hasFinishedAt()
              ? Figures.duration(Figures.seconds(stage.getStartedAt(), stage.getFinishedAt()))
              : Figures.name(stage.getPhase());
      if (hasReuse) {
        table.line(Figures.name(stage.getStage()), time, reuse(stage));
      } else {
        table.line(Figures.name(stage.getStage()), time);
      }
    }
    append(table);
  }

  private static String reuse(StageProgress stage) {
    return switch (stage.getReuse()) {
      case STAGE_REUSE_HIT -> "HIT, made by " + TextTable.printable(stage.getMadeByRunId());
      case STAGE_REUSE_RUN -> "RUN";
      case STAGE_REUSE_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  /**
   * The report. In runs that began before every run had a report, its URI is part of the release.
   */
  private void report(Run run) {
    String uri =
        run.getSummary().getReportUri().isEmpty()
            ? run.getSummary().getRelease().getReportUri()
            : run.getSummary().getReportUri();
    if (!uri.isEmpty()) {
      text.append('\n')
          .append(heading("Report"))
          .append("\n  ")
          .append(TextTable.printable(uri))
          .append('\n');
    }
  }

  private void export(ExportSummary export) {
    text.append('\n')
        .append(heading("Exported"))
        .append("\n  data set ")
        .append(TextTable.printable(export.getUri()))
        .append("\n  rows     ")
        .append(Figures.count(export.getSamples()))
        .append(" samples, ")
        .append(Figures.count(export.getPairs()))
        .append(" pairs\n");
  }

  private void release(ReleaseSummary release) {
    text.append('\n')
        .append(heading("Published"))
        .append("\n  model    ")
        .append(TextTable.printable(release.getModelUri()))
        .append("\n  version  ")
        .append(
            TextTable.printable(
                release.getModel()
                    + " "
                    + release.getVersion()
                    + (release.getAlias().isEmpty() ? "" : ", alias " + release.getAlias())))
        .append('\n');
    if (release.hasGate()) {
      text.append("  gate     ").append(Figures.gate(release.getGate())).append('\n');
      release
          .getGate()
          .getFindingsList()
          .forEach(
              finding ->
                  text.append("    ")
                      .append(TextTable.printable(finding.getSentence()))
                      .append('\n'));
    }
    if (release.hasApproval()) {
      approval(release.getApproval());
    }
  }

  private void approval(Approval approval) {
    text.append("  approval ")
        .append(TextTable.printable(Figures.approval(approval)))
        .append("\n    report ")
        .append(TextTable.printable(approval.getReportUri()))
        .append("\n    digest ")
        .append(TextTable.printable(approval.getReportDigest()))
        .append('\n');
  }

  /** Sorted by frequency, most frequent first, then by name. */
  private static TextTable withReasons(TextTable table, List<Count> reasons) {
    reasons.stream()
        .sorted(Comparator.comparingLong(Count::getCount).reversed().thenComparing(Count::getName))
        .forEach(reason -> table.line("  " + reason.getName(), Figures.count(reason.getCount())));
    return table;
  }

  private void append(TextTable table) {
    List<String> lines = table.render();
    text.append('\n').append(heading(lines.get(0))).append('\n');
    lines.stream().skip(1).forEach(line -> text.append(line).append('\n'));
  }

  private String heading(String line) {
    return styled ? BOLD + line + RESET : line;
  }
}
