package io.retort.store;

import com.google.protobuf.Message;
import io.retort.v1.ArtifactRef;
import java.io.IOException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The rows of several parts; one part is open at a time. */
final class PartsCursor<M extends Message> implements RowCursor<M> {
  private final Iterator<ArtifactRef> parts;
  private final Opening<M> opening;
  private @Nullable RowCursor<M> open;

  /** Opens a part. */
  interface Opening<M extends Message> {
    RowCursor<M> open(ArtifactRef part) throws IOException;
  }

  PartsCursor(Iterator<ArtifactRef> parts, Opening<M> opening) {
    this.parts = parts;
    this.opening = opening;
  }

  @Override
  public @Nullable M next() throws IOException {
    while (true) {
      RowCursor<M> part = open;
      M row = part == null ? null : part.next();
      if (row != null || !parts.hasNext()) {
        return row;
      }
      close();
      open = opening.open(parts.next());
    }
  }

  @Override
  public void close() throws IOException {
    if (open != null) {
      open.close();
    }
  }
}
