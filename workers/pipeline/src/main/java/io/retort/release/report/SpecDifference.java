package io.retort.release.report;

import io.retort.store.MessageFields;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;

/** The fields in which specs differ. */
final class SpecDifference {
  private static final int LONGEST = 200;

  /** A row for each field that is not the same in all specs, by path. */
  static List<ComparisonView.FieldRow> of(List<RunSpec> specs) {
    List<SortedMap<String, String>> fields = specs.stream().map(MessageFields::of).toList();
    TreeSet<String> paths = new TreeSet<>();
    fields.forEach(one -> paths.addAll(one.keySet()));
    List<ComparisonView.FieldRow> rows = new ArrayList<>();
    for (String path : paths) {
      List<String> values = fields.stream().map(one -> one.getOrDefault(path, "-")).toList();
      if (values.stream().distinct().count() > 1) {
        rows.add(
            new ComparisonView.FieldRow(
                path, values.stream().map(value -> Cut.end(value, LONGEST)).toList()));
      }
    }
    return rows;
  }

  private SpecDifference() {}
}
