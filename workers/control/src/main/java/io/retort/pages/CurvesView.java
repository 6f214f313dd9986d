package io.retort.pages;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.retort.report.Figures;
import io.retort.store.ProtoJson;
import io.retort.v1.CurvePoint;
import io.retort.v1.GetCurvesResponse;
import io.retort.v1.StageCurves;
import io.retort.v1.TrainingCurves;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Curves of a run: a chart for each quantity, each with a table. */
public record CurvesView(List<Chart> charts) {
  private static final int MOST_ROWS = 25;

  /**
   * A chart.
   *
   * @param key names it in the page and in the data
   */
  public record Chart(String key, String title, TableView table, List<Series> series) {}

  /** A line of a chart. */
  public record Series(String name, List<CurvePoint> points) {}

  static CurvesView of(GetCurvesResponse response) {
    List<Chart> charts = new ArrayList<>();
    add(
        charts,
        response,
        "loss",
        "Loss",
        List.of("loss", "held-out loss"),
        List.of(TrainingCurves::getLossList, TrainingCurves::getValidationLossList));
    add(
        charts,
        response,
        "margin",
        "Reward margin",
        List.of("reward margin"),
        List.of(TrainingCurves::getMarginList));
    add(
        charts,
        response,
        "speed",
        "Tokens per second",
        List.of("tokens/s"),
        List.of(TrainingCurves::getTokensPerSecondList));
    return new CurvesView(charts);
  }

  /** {@code {"charts": [{"key", "title", "series": [{"name", "steps": [], "values": []}]}]}}. */
  String json() {
    ListValue.Builder list = ListValue.newBuilder();
    for (Chart chart : charts) {
      ListValue.Builder lines = ListValue.newBuilder();
      for (Series series : chart.series()) {
        ListValue.Builder steps = ListValue.newBuilder();
        ListValue.Builder values = ListValue.newBuilder();
        for (CurvePoint point : series.points()) {
          steps.addValues(number((double) point.getStep()));
          values.addValues(number(point.getValue()));
        }
        lines.addValues(
            object(
                Struct.newBuilder()
                    .putFields("name", text(series.name()))
                    .putFields("steps", array(steps))
                    .putFields("values", array(values))));
      }
      list.addValues(
          object(
              Struct.newBuilder()
                  .putFields("key", text(chart.key()))
                  .putFields("title", text(chart.title()))
                  .putFields("series", array(lines))));
    }
    return ProtoJson.print(Struct.newBuilder().putFields("charts", array(list)).build());
  }

  private static void add(
      List<Chart> charts,
      GetCurvesResponse response,
      String key,
      String title,
      List<String> names,
      List<Function<TrainingCurves, List<CurvePoint>>> points) {
    List<Series> series = new ArrayList<>();
    for (StageCurves stage : response.getStagesList()) {
      for (int index = 0; index < names.size(); index++) {
        // A value that is no number has no place in a chart, nor in JSON.
        List<CurvePoint> line =
            points.get(index).apply(stage.getCurves()).stream()
                .filter(point -> Double.isFinite(point.getValue()))
                .toList();
        if (!line.isEmpty()) {
          series.add(new Series(Figures.name(stage.getStage()) + " " + names.get(index), line));
        }
      }
    }
    if (!series.isEmpty()) {
      charts.add(new Chart(key, title, table(title, series), series));
    }
  }

  private static TableView table(String title, List<Series> series) {
    List<List<String>> rows = new ArrayList<>();
    for (Series line : series) {
      int points = line.points().size();
      int shown = Math.min(points, MOST_ROWS);
      for (int row = 0; row < shown; row++) {
        CurvePoint point =
            line.points().get(shown == 1 ? 0 : (int) ((long) row * (points - 1) / (shown - 1)));
        rows.add(
            List.of(
                line.name(),
                Figures.count(point.getStep()),
                String.format(Locale.ROOT, "%.4g", point.getValue())));
      }
    }
    return new TableView(title, List.of("curve", "step", "value"), rows);
  }

  private static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  private static Value array(ListValue.Builder values) {
    return Value.newBuilder().setListValue(values).build();
  }

  private static Value object(Struct.Builder fields) {
    return Value.newBuilder().setStructValue(fields).build();
  }
}
