package io.retort.plan;

import io.retort.v1.PlannedStage;
import io.retort.v1.StageDifference;
import io.retort.v1.StageExplanation;
import io.retort.v1.StageFigures;
import io.retort.v1.StageRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a planned stage has in common with earlier results. */
final class StageComparison {
  private static final int MOST_DIFFERENCES = 20;
  private static final int SHOWN_CHARACTERS = 120;

  private record Compared(StageRecord record, List<StageDifference> differences) {}

  /**
   * The result with the fewest differences; of several the first.
   *
   * @param records earlier results of the stage, most relevant first
   */
  static StageExplanation explain(PlannedStage stage, List<StageRecord> records) {
    List<Compared> compared = new ArrayList<>();
    for (StageRecord record : records) {
      compared.add(new Compared(record, differences(stage, record)));
    }
    compared.sort((left, right) -> left.differences().size() - right.differences().size());
    StageExplanation.Builder explanation = StageExplanation.newBuilder();
    if (compared.isEmpty()) {
      return explanation.build();
    }
    Compared nearest = compared.get(0);
    int shown = Math.min(MOST_DIFFERENCES, nearest.differences().size());
    return explanation
        .setComparedRunId(nearest.record().getRunId())
        .addAllDifferences(nearest.differences().subList(0, shown))
        .setMoreDifferences(nearest.differences().size() - shown)
        .setFigures(figures(stage, compared))
        .build();
  }

  /** Of the nearest result that made calls itself; where none did, of the nearest. */
  private static StageFigures figures(PlannedStage stage, List<Compared> compared) {
    List<StageFigures> figures =
        compared.stream().map(one -> FigureReader.read(stage, one.record())).toList();
    Optional<StageFigures> counted =
        figures.stream().filter(one -> one.getCountedCalls() > 0).findFirst();
    boolean cachedAlone = figures.get(0).getCalls() > 0 && figures.get(0).getCountedCalls() == 0;
    return cachedAlone ? counted.orElse(figures.get(0)) : figures.get(0);
  }

  private static List<StageDifference> differences(PlannedStage stage, StageRecord record) {
    List<StageDifference> differences = new ArrayList<>();
    if (stage.getVersion() != record.getVersion()) {
      differences.add(
          difference(
              "version of the stage",
              true,
              Integer.toUnsignedString(record.getVersion()),
              Integer.toUnsignedString(stage.getVersion())));
    }
    add(record.getFieldsMap(), stage.getFieldsMap(), false, List.of(), differences);
    add(
        record.getInputsMap(),
        stage.getInputsMap(),
        true,
        stage.getUnknownInputsList(),
        differences);
    return differences;
  }

  private static void add(
      Map<String, String> before,
      Map<String, String> after,
      boolean input,
      List<String> unknown,
      List<StageDifference> differences) {
    NavigableSet<String> names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    unknown.forEach(names::remove);
    for (String name : names) {
      String old = before.get(name);
      String now = after.get(name);
      if (old == null || !old.equals(now)) {
        differences.add(difference(name, input, old, now));
      }
    }
  }

  private static StageDifference difference(
      String name, boolean input, @Nullable String before, @Nullable String after) {
    StageDifference.Builder difference =
        StageDifference.newBuilder().setName(name).setIsInput(input);
    if (before != null) {
      difference.setBefore(shown(before));
    }
    if (after != null) {
      difference.setAfter(shown(after));
    }
    return difference.build();
  }

  private static String shown(String value) {
    return value.codePointCount(0, value.length()) <= SHOWN_CHARACTERS
        ? value
        : value.substring(0, value.offsetByCodePoints(0, SHOWN_CHARACTERS - 3)) + "...";
  }

  private StageComparison() {}
}
