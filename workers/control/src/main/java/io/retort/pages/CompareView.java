package io.retort.pages;

import io.retort.enums.RunPhases;
import io.retort.report.Figures;
import io.retort.v1.Run;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Runs beside each other.
 *
 * @param ended whether all have ended, so that a report can be written
 * @param spec fields that differ
 * @param scores pass@1 of each benchmark and model
 */
public record CompareView(List<Column> runs, boolean ended, TableView spec, TableView scores) {
  public record Column(String id, PhaseView phase) {}

  static CompareView of(List<Run> runs) {
    return new CompareView(
        runs.stream().map(run -> new Column(run.getRunId(), PhaseView.of(run.getPhase()))).toList(),
        runs.stream().allMatch(run -> RunPhases.isTerminal(run.getPhase())),
        spec(runs),
        scores(runs));
  }

  private static TableView spec(List<Run> runs) {
    List<Map<String, String>> values =
        runs.stream().map(run -> SpecValues.of(run.getSpec())).toList();
    List<String> paths = values.stream().flatMap(one -> one.keySet().stream()).distinct().toList();
    List<List<String>> rows = new ArrayList<>();
    for (String path : paths) {
      List<String> row = values.stream().map(one -> one.getOrDefault(path, "not set")).toList();
      if (row.stream().distinct().count() > 1) {
        rows.add(Stream.concat(Stream.of(path), row.stream()).toList());
      }
    }
    return new TableView("Fields of the spec that differ", headings("field", runs), rows);
  }

  private static TableView scores(List<Run> runs) {
    TreeSet<String> names = new TreeSet<>();
    runs.forEach(run -> run.getSummary().getScoresList().forEach(one -> names.add(name(one))));
    return new TableView(
        "pass@1 with its 95 % interval",
        headings("benchmark and model", runs),
        names.stream()
            .map(
                name ->
                    Stream.concat(Stream.of(name), runs.stream().map(run -> passAtOne(run, name)))
                        .toList())
            .toList());
  }

  private static String passAtOne(Run run, String name) {
    return run.getSummary().getScoresList().stream()
        .filter(score -> name(score).equals(name))
        .flatMap(score -> score.getPassAtKList().stream())
        .filter(one -> one.getK() == 1)
        .map(one -> Figures.percent(one))
        .findFirst()
        .orElse("-");
  }

  private static String name(Score score) {
    return score.getBenchmark() + ", " + score.getModel();
  }

  private static List<String> headings(String first, List<Run> runs) {
    return Stream.concat(Stream.of(first), runs.stream().map(Run::getRunId)).toList();
  }
}
