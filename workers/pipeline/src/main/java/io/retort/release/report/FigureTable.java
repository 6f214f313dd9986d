package io.retort.release.report;

import io.retort.v1.Count;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The numbers behind a figure, unrounded, for the page's downloads as CSV and JSON. The element
 * with {@code data-figure="ID"} gets the buttons.
 *
 * @param id unique in the page
 * @param rows texts, numbers, booleans and nulls, as many as there are columns
 */
record FigureTable(String id, String title, List<String> columns, List<List<Object>> rows) {
  FigureTable {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  static Builder of(String id, String title, String... columns) {
    return new Builder(id, title, List.of(columns));
  }

  /** A table of names and counts. */
  static FigureTable counts(String id, String title, String name, List<Count> counts) {
    Builder table = of(id, title, name, "count");
    counts.forEach(count -> table.row(count.getName(), count.getCount()));
    return table.build();
  }

  /** Collects rows. */
  static final class Builder {
    private final String id;
    private final String title;
    private final List<String> columns;
    private final List<List<Object>> rows = new ArrayList<>();

    private Builder(String id, String title, List<String> columns) {
      this.id = id;
      this.title = title;
      this.columns = columns;
    }

    Builder row(Object... cells) {
      rows.add(Collections.unmodifiableList(Arrays.asList(cells)));
      return this;
    }

    boolean isEmpty() {
      return rows.isEmpty();
    }

    FigureTable build() {
      return new FigureTable(id, title, columns, rows);
    }
  }
}
