package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.store.Manifests;
import io.retort.store.RowWriter;
import io.retort.store.ScratchFile;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import java.io.IOException;

/**
 * A part whose rows arrive one by one. It is kept on the local disk in its stored form until its
 * last row has arrived.
 */
public final class ScratchPart implements AutoCloseable {
  private final ScratchFile file = new ScratchFile();
  private final RowWriter writer;
  private long rows;

  public ScratchPart() throws IOException {
    boolean complete = false;
    try {
      writer = new RowWriter(file.output());
      complete = true;
    } finally {
      if (!complete) {
        file.close();
      }
    }
  }

  public void add(Message row) throws IOException {
    writer.write(row);
    rows++;
  }

  /** Stores the part, once; the reference's URI is relative to the folder. */
  public ArtifactRef store(Store store, String folderUri, int index) throws IOException {
    writer.close();
    long bytes = file.size();
    return Manifests.writePart(
        store, folderUri, index, rows, output -> file.copy(0, bytes, output));
  }

  @Override
  public void close() throws IOException {
    try (file;
        writer) {
      rows = 0;
    }
  }
}
