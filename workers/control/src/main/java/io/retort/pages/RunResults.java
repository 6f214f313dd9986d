package io.retort.pages;

import io.retort.report.Figures;
import io.retort.v1.Comparison;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import io.retort.v1.PassAtK;
import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
import io.retort.v1.TrainingResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The results of a run so far, as tables. Parts that the run has not reached are left out. */
final class RunResults {
  private static final int MOST_REASONS = 20;

  static List<TableView> of(Run run) {
    RunSummary summary = run.getSummary();
    List<TableView> tables = new ArrayList<>();
    if (summary.hasIngest()) {
      tables.add(
          new TableView(
              "Data",
              List.of("rows", "number"),
              withReasons(
                  List.of(
                      List.of("read", Figures.count(summary.getIngest().getRows())),
                      List.of("refused", Figures.count(summary.getIngest().getQuarantined()))),
                  summary.getIngest().getQuarantineReasonsList())));
    }
    if (summary.hasCuration()) {
      tables.add(outcomes(summary.getCuration()));
    }
    if (summary.hasPairing()) {
      tables.add(
          new TableView(
              "Preference pairs by gap",
              List.of("gap", "pairs"),
              withReasons(List.of(), summary.getPairing().getGapsList())));
    }
    if (summary.hasSft() || summary.hasCogpo()) {
      tables.add(trainings(summary));
    }
    if (summary.getScoresCount() > 0) {
      tables.add(scores(summary.getScoresList()));
    }
    if (summary.getComparisonsCount() > 0) {
      tables.add(comparisons(summary.getComparisonsList()));
    }
    return tables;
  }

  private static TableView outcomes(CurationSummary curation) {
    long rows = curation.getRows();
    return new TableView(
        "Curation outcomes",
        List.of("outcome", "rows", "share"),
        withReasons(
            List.of(
                outcome("retained", curation.getRetained(), rows),
                outcome("improved", curation.getImproved(), rows),
                outcome("rejected", curation.getRejected(), rows),
                outcome("quarantined", curation.getQuarantined(), rows)),
            List.of()));
  }

  private static List<String> outcome(String name, long count, long rows) {
    return List.of(name, Figures.count(count), Figures.share(count, rows));
  }

  private static TableView trainings(RunSummary summary) {
    List<List<String>> rows = new ArrayList<>();
    if (summary.hasSft()) {
      rows.add(training("sft", summary.getSft()));
    }
    if (summary.hasCogpo()) {
      rows.add(training("cogpo", summary.getCogpo()));
    }
    return new TableView(
        "Training",
        List.of("stage", "first loss", "final loss", "steps", "rows", "tokens/s", "time"),
        rows);
  }

  private static List<String> training(String stage, TrainingResult result) {
    return List.of(
        stage,
        Figures.loss(result.getFirstLoss()),
        Figures.loss(result.getFinalLoss()),
        Figures.count(result.getSteps()),
        Figures.count(result.getRows()),
        Figures.count(Math.round(result.getTokensPerSecond())),
        Figures.duration(result.getSeconds()));
  }

  private static TableView scores(List<Score> scores) {
    List<String> headings = new ArrayList<>(List.of("benchmark", "model", "problems"));
    List<Integer> ks = Figures.ks(scores);
    ks.forEach(k -> headings.add("pass@" + k));
    List<List<String>> rows = new ArrayList<>();
    for (Score score : scores) {
      List<String> row =
          new ArrayList<>(List.of(score.getBenchmark(), score.getModel(), Figures.coverage(score)));
      for (int k : ks) {
        row.add(
            score.getPassAtKList().stream()
                .filter(one -> one.getK() == k)
                .map((PassAtK one) -> Figures.percent(one))
                .findFirst()
                .orElse("-"));
      }
      rows.add(row);
    }
    return new TableView("Scores", headings, rows);
  }

  private static TableView comparisons(List<Comparison> comparisons) {
    return new TableView(
        "Differences on the same problems, in points with 95 % intervals",
        List.of("benchmark", "models", "difference", "verdict"),
        comparisons.stream()
            .map(
                one ->
                    List.of(
                        one.getBenchmark(),
                        one.getModel() + " against " + one.getBaseline(),
                        Figures.points(one),
                        Figures.name(one.getVerdict())))
            .toList());
  }

  private static List<List<String>> withReasons(List<List<String>> rows, List<Count> reasons) {
    List<List<String>> all = new ArrayList<>(rows);
    reasons.stream()
        .sorted(Comparator.comparingLong(Count::getCount).reversed().thenComparing(Count::getName))
        .limit(MOST_REASONS)
        .forEach(one -> all.add(List.of(one.getName(), Figures.count(one.getCount()))));
    return all;
  }

  private RunResults() {}
}
