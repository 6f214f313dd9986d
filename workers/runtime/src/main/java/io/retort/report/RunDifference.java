package io.retort.report;

import io.retort.store.MessageFields;
import io.retort.v1.PassAtK;
import io.retort.v1.Run;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What two runs differ in.
 *
 * @param fields spec fields that differ, by path
 * @param scores pass@1 of every model and benchmark that one of the runs has a score of and that
 *     differ
 */
public record RunDifference(
    String first, String second, List<ValuePair> fields, List<ScorePair> scores) {
  public RunDifference {
    fields = List.copyOf(fields);
    scores = List.copyOf(scores);
  }

  /**
   * A field that differs.
   *
   * @param first its value as text; empty where it is not set
   */
  public record ValuePair(String path, Optional<String> first, Optional<String> second) {}

  /**
   * pass@1 of a model on a benchmark, as shares from 0 to 1.
   *
   * @param comparable whether both were asked the same problems
   */
  public record ScorePair(
      String model,
      String benchmark,
      Optional<PassAtK> first,
      Optional<PassAtK> second,
      boolean comparable) {}

  public static RunDifference of(Run first, Run second) {
    return new RunDifference(
        first.getRunId(),
        second.getRunId(),
        fields(MessageFields.of(first.getSpec()), MessageFields.of(second.getSpec())),
        scores(first, second));
  }

  /** The paths whose values differ, ascending. */
  public static List<ValuePair> fields(
      SortedMap<String, String> first, SortedMap<String, String> second) {
    TreeSet<String> paths = new TreeSet<>(first.keySet());
    paths.addAll(second.keySet());
    List<ValuePair> pairs = new ArrayList<>();
    for (String path : paths) {
      Optional<String> before = Optional.ofNullable(first.get(path));
      Optional<String> after = Optional.ofNullable(second.get(path));
      if (!before.equals(after)) {
        pairs.add(new ValuePair(path, before, after));
      }
    }
    return pairs;
  }

  /** Both as tables for a terminal. */
  public String render() {
    List<String> lines = new ArrayList<>();
    if (fields.isEmpty()) {
      lines.add("The specs are the same.");
    } else {
      TextTable table = new TextTable("Spec", first, second);
      fields.forEach(
          pair -> table.line(pair.path(), pair.first().orElse("-"), pair.second().orElse("-")));
      lines.addAll(table.render());
    }
    lines.add("");
    if (scores.isEmpty()) {
      lines.add("No score differs.");
    } else {
      TextTable table = new TextTable("pass@1", first, second, "problems");
      scores.forEach(
          pair ->
              table.line(
                  pair.model() + " on " + pair.benchmark(),
                  pair.first().map(Figures::percent).orElse("-"),
                  pair.second().map(Figures::percent).orElse("-"),
                  problems(pair)));
      lines.addAll(table.render());
      lines.add("Whether a difference is more than chance: retort report --compare RUN RUN");
    }
    return String.join("\n", lines);
  }

  private static String problems(ScorePair pair) {
    if (pair.first().isEmpty() || pair.second().isEmpty()) {
      return "of one only";
    }
    return pair.comparable() ? "the same" : "others";
  }

  private static List<ScorePair> scores(Run first, Run second) {
    SortedMap<String, Score> before = byName(first);
    SortedMap<String, Score> after = byName(second);
    TreeSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    List<ScorePair> pairs = new ArrayList<>();
    for (String name : names) {
      Optional<Score> one = Optional.ofNullable(before.get(name));
      Optional<Score> other = Optional.ofNullable(after.get(name));
      Score any = one.or(() -> other).orElseThrow();
      Optional<PassAtK> left = one.flatMap(RunDifference::passAt1);
      Optional<PassAtK> right = other.flatMap(RunDifference::passAt1);
      if (!left.equals(right)) {
        boolean comparable =
            one.map(Score::getDatasetSha256).equals(other.map(Score::getDatasetSha256));
        pairs.add(new ScorePair(any.getModel(), any.getBenchmark(), left, right, comparable));
      }
    }
    return pairs;
  }

  private static SortedMap<String, Score> byName(Run run) {
    SortedMap<String, Score> scores = new TreeMap<>();
    run.getSummary()
        .getScoresList()
        .forEach(score -> scores.put(score.getBenchmark() + "\n" + score.getModel(), score));
    return scores;
  }

  private static Optional<PassAtK> passAt1(Score score) {
    return score.getPassAtKList().stream().filter(passAtK -> passAtK.getK() == 1).findFirst();
  }
}
