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
    ModelColour colour = ModelColour.of(scores);
    return scores.stream()
        .map(Score::getBenchmark)
        .distinct()
        .map(name -> benchmark(name, of(scores, name), colour))
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

  private static ReportView.Benchmark benchmark(
      String name, List<Score> scores, ModelColour colour) {
    List<Integer> ks = Figures.ks(scores);
    List<PublishedScores.Figure> published = PublishedScores.of(name);
    boolean sameSamples = scores.stream().map(Score::getSamples).distinct().count() == 1;
    List<Score> withOutcomes = scores.stream().filter(Score::hasOutcomes).toList();
    return new ReportView.Benchmark(
        name,
        String.join(". ", notes(scores)),
        ByModel.sentences(scores, ScoreViews::lost),
        ScoreChart.of(scores, ks, PublishedViews.references(published), colour),
        CurveChart.of(scores, colour),
        ks.stream().map(k -> "pass@" + k).toList(),
        sameSamples ? consensus(scores.get(0)) : "consensus",
        scores.stream().map(score -> row(score, ks, sameSamples)).toList(),
        withOutcomes.isEmpty() ? Optional.empty() : Optional.of(OutcomeChart.of(withOutcomes)),
        withOutcomes.stream().map(ScoreViews::outcomes).toList(),
        PublishedViews.of(published));
  }

  /** Sentences without their last full stop. */
  private static List<String> notes(List<Score> scores) {
    List<String> notes =
        new ArrayList<>(ByModel.sentences(scores, score -> Optional.of(note(score))));
    // Where outcomes are kept, the undecided answers are one of them.
    long undecided =
        scores.stream().filter(score -> !score.hasOutcomes()).mapToLong(Score::getUndecided).sum();
    if (undecided > 0) {
      notes.add(Figures.count(undecided) + " answers of all models together could not be compared");
    }
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

  /** {@code cons@4}: the majority's answer of all samples. */
  private static String consensus(Score score) {
    return "cons@" + Integer.toUnsignedString(score.getSamples());
  }

  private static ReportView.ScoreRow row(Score score, List<Integer> ks, boolean sameSamples) {
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
        sameSamples ? Figures.consensus(score) : consensus(score) + ": " + Figures.consensus(score),
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
