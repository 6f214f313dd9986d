package io.retort.store;

import com.google.protobuf.Message;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Rows one after the other, for readers that go through several objects in step. */
public interface RowCursor<M extends Message> extends Closeable {
  /**
   * The next row, null after the last.
   *
   * @throws CorruptArtifactException when what follows is no row
   */
  @Nullable M next() throws IOException;
}
