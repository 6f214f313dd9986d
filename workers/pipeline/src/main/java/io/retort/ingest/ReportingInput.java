package io.retort.ingest;

import java.io.IOException;
import java.io.InputStream;

/** Reports every {@value #BYTES_PER_SIGN} bytes that the reader is still at work. */
final class ReportingInput extends BlockInput {
  private static final int BYTES_PER_SIGN = 1 << 24;

  private final Runnable alive;
  private long unreported;

  ReportingInput(InputStream input, Runnable alive) {
    super(input);
    this.alive = alive;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = in.read(buffer, offset, length);
    unreported += Math.max(0, read);
    if (unreported >= BYTES_PER_SIGN) {
      unreported = 0;
      alive.run();
    }
    return read;
  }
}
