package io.retort.ingest;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The rows of one file, in order. Holds one row in memory. */
interface RowReader extends AutoCloseable {
  /**
   * The next row, null at the end.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_CORRUPT if the file is truncated or
   *     damaged
   */
  @Nullable RawRow next() throws IOException;

  @Override
  void close() throws IOException;
}
