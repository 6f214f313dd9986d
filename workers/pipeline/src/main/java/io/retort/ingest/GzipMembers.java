package io.retort.ingest;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The content of all members of a gzip file. The library ends silently at the first byte that
 * belongs to no member; this class reports what would be lost.
 */
final class GzipMembers extends GZIPInputStream {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int TRAILER_BYTES = 8;

  private boolean ended;

  /**
   * @param input must support mark
   */
  GzipMembers(InputStream input) throws IOException {
    super(input, BUFFER_BYTES);
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    if (read < 0 && !ended) {
      ended = true;
      requireNothingMore();
    }
    return read;
  }

  /** Remembers where the buffer ends, because the library reads on in search of a member. */
  @Override
  protected void fill() throws IOException {
    super.fill();
    in.mark(BUFFER_BYTES);
  }

  /** Zeros are padding, as tapes have it. */
  private void requireNothingMore() throws IOException {
    int left = inf.getRemaining();
    for (int index = len - left + Math.min(left, TRAILER_BYTES); index < len; index++) {
      requirePadding(buf[index]);
    }
    returnToBufferEnd();
    in.skipNBytes(TRAILER_BYTES - Math.min(left, TRAILER_BYTES));
    for (int next = in.read(); next >= 0; next = in.read()) {
      requirePadding(next);
    }
  }

  private void returnToBufferEnd() throws ZipException {
    try {
      in.reset();
    } catch (IOException e) {
      // More bytes than the mark may be behind were taken for the header of a member.
      throw otherData();
    }
  }

  private static void requirePadding(int value) throws ZipException {
    if (value != 0) {
      throw otherData();
    }
  }

  private static ZipException otherData() {
    return new ZipException("other data follow the compressed data");
  }
}
