package io.retort.release.report;

import io.retort.evaluation.EvaluatedModels;
import io.retort.report.Figures;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.PassAtK;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The report's view of scores. */
final class ScoreViews {
  private static final int HASH_DIGITS = 12;

  static List<ReportView.Benchmark> benchmarks(List<Score> scores) {
    return scores.stream()
        .map(Score::getBenchmark)
        .distinct()
        .map(name -> benchmark(name, of(scores, name)))
        .toList();
  }

  /** The score of a model on the first benchmark. */
  static Optional<Score> first(List<Score> scores, String model) {
    return scores.stream()
        .filter(score -> score.getBenchmark().equals(scores.get(0).getBenchmark()))
        .filter(score -> score.getModel().equals(model))
        .findFirst();
  }

  /** The figure with the smallest k. */
  static Optional<PassAtK> firstK(Score score) {
    return score.getPassAtKList().stream().min(Comparator.comparingInt(PassAtK::getK));
  }

  /** Scores of the models on the first benchmark; empty without scores. */
  static String sentence(List<Score> scores) {
    Optional<PassAtK> base = figure(scores, EvaluatedModels.BASE);
    if (base.isEmpty()) {
      return "";
    }
    List<String> figures = new ArrayList<>();
    figures.add(Figures.percent(base.get()) + " for the base model");
    figure(scores, EvaluatedModels.STAGE_1)
        .ifPresent(f -> figures.add(Figures.percent(f) + " after stage 1"));
    figure(scores, EvaluatedModels.STAGE_2)
        .ifPresent(f -> figures.add(Figures.percent(f) + " after stage 2"));
    return "On "
        + scores.get(0).getBenchmark()
        + ", pass@"
        + base.get().getK()
        + " is "
        + String.join(", ", figures)
        + ". The models were not compared problem by problem.";
  }

  private static Optional<PassAtK> figure(List<Score> scores, String model) {
    return scores.isEmpty() ? Optional.empty() : first(scores, model).flatMap(ScoreViews::firstK);
  }

  private static List<Score> of(List<Score> scores, String benchmark) {
    return scores.stream().filter(score -> score.getBenchmark().equals(benchmark)).toList();
  }

  private static ReportView.Benchmark benchmark(String name, List<Score> scores) {
    List<Integer> ks = Figures.ks(scores);
    List<PublishedScores.Figure> published = PublishedScores.of(name);
    List<Score> withOutcomes = scores.stream().filter(Score::hasOutcomes).toList();
    return new ReportView.Benchmark(
        name,
        String.join(". ", notes(scores)),
        lost(scores.get(0)),
        ScoreChart.of(scores, ks, PublishedViews.references(published)),
        CurveChart.of(scores),
        ks.stream().map(k -> "pass@" + k).toList(),
        "cons@" + Integer.toUnsignedString(scores.get(0).getSamples()),
        scores.stream().map(score -> row(score, ks)).toList(),
        withOutcomes.isEmpty() ? Optional.empty() : Optional.of(OutcomeChart.of(withOutcomes)),
        withOutcomes.stream().map(ScoreViews::outcomes).toList(),
        PublishedViews.of(published));
  }

  /** Sentences without their last full stop. */
  private static List<String> notes(List<Score> scores) {
    List<String> notes = new ArrayList<>(List.of(note(scores.get(0))));
    notes.addAll(BenchmarkNotes.of(scores));
    return notes;
  }

  private static String note(Score score) {
    String hash = score.getDatasetSha256();
    return Figures.coverage(score)
        + " problems, "
        + score.getSamples()
        + (score.getSamples() == 1 ? " answer" : " answers")
        + " each, temperature "
        + score.getTemperature()
        + undecided(score)
        + ", data set "
        + hash.substring(0, Math.min(hash.length(), HASH_DIGITS));
  }

  private static Optional<String> lost(Score score) {
    long lost = score.getProblemsExpected() - score.getProblems();
    if (lost <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        Figures.count(lost)
            + (lost == 1 ? " row" : " rows")
            + " of the benchmark could not be read and count in no figure: "
            + score.getLostRowsList().stream()
                .map(reason -> reason.getName() + " " + Figures.count(reason.getCount()))
                .collect(Collectors.joining(", "))
            + ". These scores are not comparable with those of the whole benchmark.");
  }

  private static String undecided(Score score) {
    return score.getUndecided() == 0
        ? ""
        : ", " + Figures.count(score.getUndecided()) + " answers could not be compared";
  }

  private static ReportView.ScoreRow row(Score score, List<Integer> ks) {
    return new ReportView.ScoreRow(
        score.getModel(),
        ks.stream()
            .map(
                k ->
                    score.getPassAtKList().stream()
                        .filter(passAtK -> passAtK.getK() == k)
                        .map(Figures::percent)
                        .findFirst()
                        .orElse("-"))
            .toList(),
        Figures.consensus(score),
        Figures.coverage(score),
        Figures.percent(score.getTruncatedRatio()));
  }

  private static ReportView.OutcomeRow outcomes(Score score) {
    OutcomeCounts outcomes = score.getOutcomes();
    long all = score.getProblems() * Integer.toUnsignedLong(score.getSamples());
    return new ReportView.OutcomeRow(
        score.getModel(),
        counted(outcomes.getCorrect(), all),
        counted(outcomes.getWrong(), all),
        counted(outcomes.getNoAnswer(), all),
        counted(outcomes.getTruncated(), all),
        counted(outcomes.getCheckerError(), all));
  }

  private static String counted(long count, long all) {
    return Figures.count(count) + " (" + Figures.share(count, all) + ")";
  }

  private ScoreViews() {}
}
