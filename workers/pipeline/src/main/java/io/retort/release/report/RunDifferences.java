package io.retort.release.report;

import io.retort.evaluation.BenchmarkSettings;
import io.retort.evaluation.Comparer;
import io.retort.evaluation.ScoreRecords;
import io.retort.v1.Comparison;
import io.retort.v1.ProblemScore;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Paired differences between models of the same name of several runs, each against the first run's,
 * where both answered the same problems as often.
 *
 * @param notCompared a sentence for each benchmark on which two runs cannot be compared
 */
record RunDifferences(List<Comparison> comparisons, List<String> notCompared) {

  static RunDifferences of(List<RecordedRun> runs) {
    List<Comparison> comparisons = new ArrayList<>();
    List<String> notCompared = new ArrayList<>();
    for (int index = 1; index < runs.size(); index++) {
      RecordedRun first = runs.get(0);
      RecordedRun other = runs.get(index);
      for (String model :
          other.run().getSummary().getScoresList().stream()
              .map(Score::getModel)
              .distinct()
              .toList()) {
        String name = ComparisonViews.model(index, model);
        String baseline = ComparisonViews.model(0, model);
        List<ScoreRecord> records = new ArrayList<>();
        for (Score score : other.run().getSummary().getScoresList()) {
          if (score.getModel().equals(model)) {
            Optional<String> obstacle = obstacle(first, other, score);
            if (obstacle.isPresent()) {
              notCompared.add(
                  name
                      + " and "
                      + baseline
                      + " on "
                      + score.getBenchmark()
                      + ": "
                      + obstacle.get());
            } else {
              records.add(ScoreRecords.named(record(other, score).orElseThrow(), name));
              records.add(ScoreRecords.named(record(first, score).orElseThrow(), baseline));
            }
          }
        }
        comparisons.addAll(
            Comparer.compare(
                records, name, baseline, BenchmarkSettings.margins(first.run().getSpec())));
      }
    }
    return new RunDifferences(comparisons, notCompared);
  }

  /** Why a score has no partner in the first run; empty where it has one. */
  private static Optional<String> obstacle(RecordedRun first, RecordedRun other, Score score) {
    Optional<Score> partner =
        first.run().getSummary().getScoresList().stream()
            .filter(one -> same(one, score))
            .findFirst();
    if (partner.isEmpty()) {
      return Optional.of("the first run has no such score.");
    }
    if (!partner.get().getDatasetSha256().equals(score.getDatasetSha256())) {
      return Optional.of("the data sets differ, so their scores are of different problems.");
    }
    if (partner.get().getSamples() != score.getSamples()) {
      return Optional.of(
          Integer.toUnsignedString(score.getSamples())
              + " and "
              + Integer.toUnsignedString(partner.get().getSamples())
              + " answers a problem.");
    }
    Optional<ScoreRecord> record = record(other, score);
    Optional<ScoreRecord> partnerRecord = record(first, score);
    if (record.isEmpty() || partnerRecord.isEmpty()) {
      return Optional.of("scores by problem are missing.");
    }
    return problems(record.get()).equals(problems(partnerRecord.get()))
        ? Optional.empty()
        : Optional.of("the scores are of different problems.");
  }

  private static List<String> problems(ScoreRecord record) {
    return record.getProblemsList().stream().map(ProblemScore::getSampleId).sorted().toList();
  }

  private static Optional<ScoreRecord> record(RecordedRun run, Score score) {
    return run.scores().stream().filter(one -> same(one.getScore(), score)).findFirst();
  }

  private static boolean same(Score one, Score other) {
    return one.getModel().equals(other.getModel())
        && one.getBenchmark().equals(other.getBenchmark());
  }
}
