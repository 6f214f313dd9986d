package io.retort.ingest;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The rows of one file, in order. Memory holds one of them. */
interface RowReader extends AutoCloseable {
  /**
   * The next row, null at the end.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_CORRUPT where the file is cut or
   *     damaged
   */
  @Nullable RawRow next() throws IOException;

  @Override
  void close() throws IOException;
}
