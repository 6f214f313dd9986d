package io.retort.release.report;

import io.retort.evaluation.Outcomes;
import io.retort.store.Manifests;
import io.retort.store.RowCursor;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.GeneratedSample;
import io.retort.v1.Run;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Generated answers to browse: the first of each outcome of each model on each benchmark, with
 * their problems. Of redacted benchmarks neither problems, options, answers nor texts are read in.
 *
 * @param problems by sample id
 */
public record ReportAnswers(List<Answer> answers, Map<String, Sample> problems) {
  /** Answers of one outcome of one model on one benchmark. */
  static final int OF_AN_OUTCOME = 10;

  /** Answers of one model on one benchmark that are looked at. */
  static final int SEARCHED = 2_000;

  /**
   * @param redacted whether text, answer, gold answer and reason are left out
   */
  public record Answer(
      String model,
      String benchmark,
      SampleOutcome outcome,
      GeneratedSample sample,
      boolean redacted) {}

  public ReportAnswers {
    answers = List.copyOf(answers);
    problems = Map.copyOf(problems);
  }

  public static ReportAnswers none() {
    return new ReportAnswers(List.of(), Map.of());
  }

  /**
   * Scores made before they kept where their samples lie have no answers.
   *
   * @param heartbeat called after each row
   */
  public static ReportAnswers read(Store store, Run run, Runnable heartbeat) throws IOException {
    List<Answer> answers = new ArrayList<>();
    // All models answer the same data sets, each of which is read once.
    Map<ArtifactRef, Set<String>> wanted = new LinkedHashMap<>();
    for (Score score : run.getSummary().getScoresList()) {
      if (score.hasSamplesManifest()) {
        for (Answer answer : choose(store, score, heartbeat)) {
          answers.add(answer);
          if (!answer.redacted()) {
            wanted
                .computeIfAbsent(score.getProblemsManifest(), ignored -> new HashSet<>())
                .add(answer.sample().getSampleId());
          }
        }
      }
    }
    Map<String, Sample> problems = new HashMap<>();
    for (Map.Entry<ArtifactRef, Set<String>> dataset : wanted.entrySet()) {
      readProblems(store, dataset.getKey(), dataset.getValue(), problems, heartbeat);
    }
    return new ReportAnswers(answers, problems);
  }

  private static List<Answer> choose(Store store, Score score, Runnable heartbeat)
      throws IOException {
    Map<SampleOutcome, List<Answer>> chosen = new EnumMap<>(SampleOutcome.class);
    try (RowCursor<GeneratedSample> samples =
        Manifests.openParts(
            store,
            score.getSamplesManifest(),
            Manifests.read(store, score.getSamplesManifest()),
            GeneratedSample::newBuilder)) {
      int seen = 0;
      for (GeneratedSample sample = samples.next();
          sample != null && seen < SEARCHED;
          sample = samples.next()) {
        SampleOutcome outcome = Outcomes.of(sample);
        List<Answer> same = chosen.computeIfAbsent(outcome, ignored -> new ArrayList<>());
        if (same.size() < OF_AN_OUTCOME) {
          same.add(answer(score, outcome, sample));
        }
        seen++;
        heartbeat.run();
      }
    }
    List<Answer> all = new ArrayList<>();
    chosen.values().forEach(all::addAll);
    return all;
  }

  private static Answer answer(Score score, SampleOutcome outcome, GeneratedSample sample) {
    boolean redacted = score.getRedacted() || sample.getRedacted();
    return new Answer(
        score.getModel(),
        score.getBenchmark(),
        outcome,
        redacted
            ? GeneratedSample.newBuilder()
                .setSampleId(sample.getSampleId())
                .setIndex(sample.getIndex())
                .setTokens(sample.getTokens())
                .setTruncated(sample.getTruncated())
                .build()
            : sample,
        redacted);
  }

  /** Reads no further than the last of those that are wanted. */
  private static void readProblems(
      Store store,
      ArtifactRef dataset,
      Set<String> wanted,
      Map<String, Sample> problems,
      Runnable heartbeat)
      throws IOException {
    Set<String> missing = new HashSet<>(wanted);
    try (RowCursor<Sample> rows =
        Manifests.openParts(store, dataset, Manifests.read(store, dataset), Sample::newBuilder)) {
      while (!missing.isEmpty()) {
        Sample problem = rows.next();
        if (problem == null) {
          return;
        }
        heartbeat.run();
        if (missing.remove(problem.getId()) && !problem.getRedacted()) {
          // Tests are large, and not shown.
          problems.putIfAbsent(
              problem.getId(),
              Sample.newBuilder()
                  .setId(problem.getId())
                  .setProblem(problem.getProblem())
                  .addAllChoices(problem.getChoicesList())
                  .build());
        }
      }
    }
  }
}
