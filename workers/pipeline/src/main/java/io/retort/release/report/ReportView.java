package io.retort.release.report;

import java.util.List;
import java.util.Optional;

/**
 * What the report's template shows: texts and coordinates only, in the order of the page. The
 * template escapes every one of them but {@code embedded}.
 *
 * @param headline how the released model compares with the base model, a sentence per benchmark
 * @param settings the spec as YAML
 * @param embedded an {@link EmbeddedJson}: the numbers of every figure, and the answers to browse
 */
record ReportView(
    String title,
    String runId,
    List<Fact> facts,
    List<String> headline,
    List<Tile> tiles,
    Optional<Differences> differences,
    List<Benchmark> benchmarks,
    Optional<Data> data,
    Optional<Pairs> pairs,
    List<Training> trainings,
    List<ChainExample> chainExamples,
    List<PairExample> pairExamples,
    Optional<AnswerViews.Answers> answers,
    StageViews.Stages stages,
    Optional<Loading> loading,
    String settings,
    LineageViews.Lineage lineage,
    String embedded) {

  boolean hasExamples() {
    return !chainExamples.isEmpty() || !pairExamples.isEmpty();
  }

  boolean hasBenchmarks() {
    return !benchmarks.isEmpty();
  }

  boolean hasTiles() {
    return !tiles.isEmpty();
  }

  boolean hasTrainings() {
    return !trainings.isEmpty();
  }

  record Fact(String name, String value) {}

  /** One figure of the headline. */
  record Tile(String label, String value, String note) {}

  /** Paired differences of all pairs of models. */
  record Differences(DifferenceChart chart, List<DifferenceRow> rows) {}

  /**
   * @param pValue adjusted over the benchmarks
   * @param detectable points that as many problems show with 80 % power
   */
  record DifferenceRow(
      String benchmark,
      String pair,
      String points,
      String pValue,
      String problems,
      String detectable,
      String verdict,
      String sentence) {}

  /**
   * One benchmark with the scores of every model.
   *
   * @param lost sentences about rows of the benchmark that are in no figure
   * @param consensus heading of the majority's column; where models have different numbers of
   *     answers, its cells name them
   * @param published figures of other models for reference
   */
  record Benchmark(
      String name,
      String note,
      List<String> lost,
      ScoreChart chart,
      Optional<CurveChart> curve,
      List<String> ks,
      String consensus,
      List<ScoreRow> rows,
      Optional<OutcomeChart> outcomeChart,
      List<OutcomeRow> outcomes,
      Optional<PublishedViews.Published> published) {}

  record ScoreRow(
      String model, List<String> passAtK, String majority, String problems, String truncated) {}

  /** Answers by what became of them. */
  record OutcomeRow(
      String model,
      String correct,
      String wrong,
      String noAnswer,
      String truncated,
      String checkerError) {}

  /**
   * @param ingested how many rows were read, where the run ended before it had their outcomes
   * @param agreement empty where the judge and the measurement have no sample in common
   * @param followRate how often the student was right with the chains and without, in one sentence
   * @param ratings of the kept chains
   */
  record Data(
      Optional<String> ingested,
      Optional<FlowViews.Flow> flow,
      List<Reason> refused,
      boolean hasRefused,
      List<Reason> reasons,
      boolean hasReasons,
      Optional<DifficultyChart> difficulty,
      Optional<LengthChart> lengths,
      Optional<Agreement> agreement,
      Optional<String> followRate,
      List<RatingRow> ratings,
      boolean hasRatings) {}

  record RatingRow(String rating, String verbosity, String cognitiveDifficulty) {}

  record Reason(String name, String count, String share) {}

  /** Judge's labels in rows, measured labels in columns. */
  record Agreement(List<String> columns, List<AgreementRow> rows, String note) {}

  record AgreementRow(String label, List<AgreementCell> cells) {}

  /**
   * @param agrees whether both labels are the same
   */
  record AgreementCell(String count, boolean agrees) {}

  /**
   * @param note which pair has which beta
   */
  record Pairs(
      String note,
      List<GapRow> gaps,
      List<Reason> kinds,
      boolean hasKinds,
      List<Reason> refused,
      boolean hasRefused) {}

  /**
   * @param width of the bar, in percent of the widest
   * @param relative the same as text
   */
  record GapRow(
      String gap, String meaning, String beta, String count, String width, String relative) {}

  record Training(
      String name, LossChart chart, Optional<RewardViews.Rewards> rewards, List<Fact> facts) {}

  record ChainExample(
      String outcome, String problem, String answer, List<ExampleRound> rounds, String reason) {}

  record ExampleRound(String title, String labels, String critique, String chain) {}

  record PairExample(
      String gap, String beta, String problem, String chosen, String rejected, String origin) {}

  /**
   * Values of the inference example, as Python literals.
   *
   * @param remoteUri of a folder that has to be fetched before, as text; empty for one that is on a
   *     file system
   * @param systemPrompt empty for a student without one
   */
  record Loading(
      Optional<String> remoteUri,
      String modelPath,
      Optional<String> systemPrompt,
      String maxNewTokens) {}
}
