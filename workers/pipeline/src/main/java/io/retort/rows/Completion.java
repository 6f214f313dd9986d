package io.retort.rows;

import org.jspecify.annotations.Nullable;

/**
 * The end of a row, or, with the row {@link #NONE}, a request to check all rows.
 *
 * @param line of the record, also of a record that is held because of {@code thrown}
 */
record Completion(int row, @Nullable RowLine line, @Nullable Throwable thrown) {
  static final int NONE = -1;
}
