package io.retort.store;

import com.google.protobuf.Message;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Iterates over rows, for readers that read several objects in parallel. */
public interface RowCursor<M extends Message> extends Closeable {
  /**
   * The next row, null after the last.
   *
   * @throws CorruptArtifactException if the next line is not a row
   */
  @Nullable M next() throws IOException;
}
