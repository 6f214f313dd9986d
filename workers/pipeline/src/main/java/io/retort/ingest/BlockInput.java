package io.retort.ingest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream whose single bytes are read as blocks, so that subclasses see every read. */
abstract class BlockInput extends FilterInputStream {
  BlockInput(InputStream input) {
    super(input);
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public abstract int read(byte[] buffer, int offset, int length) throws IOException;
}
