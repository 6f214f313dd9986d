package io.retort.ingest;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.retort.failure.Failures;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipException;

/** The compression of a file, recognised by its first bytes. */
enum Compression {
  NONE("") {
    @Override
    InputStream open(InputStream input) {
      return input;
    }
  },
  GZIP("\u001f\u008b") {
    @Override
    InputStream open(InputStream input) throws IOException {
      return new GzipMembers(input);
    }
  },
  ZSTD("(\u00b5/\u00fd") {
    @Override
    InputStream open(InputStream input) throws IOException {
      return new ZstdInputStream(input);
    }
  };

  /** A frame of zstd that is skipped; the first byte is one of sixteen. */
  private static final String SKIPPABLE = "*M\u0018";

  private final String magic;

  /**
   * @param magic the first bytes, each as a character
   */
  Compression(String magic) {
    this.magic = magic;
  }

  abstract InputStream open(InputStream input) throws IOException;

  /** The compression of a stream that supports mark; consumes nothing. */
  static Compression of(InputStream input) throws IOException {
    for (Compression compression : new Compression[] {GZIP, ZSTD}) {
      if (Magic.startsWith(input, compression.magic)) {
        return compression;
      }
    }
    return isSkippable(input) ? ZSTD : NONE;
  }

  private static boolean isSkippable(InputStream input) throws IOException {
    input.mark(1 + SKIPPABLE.length());
    int first = input.read();
    byte[] rest = input.readNBytes(SKIPPABLE.length());
    input.reset();
    return first >> 4 == 5 && SKIPPABLE.equals(new String(rest, StandardCharsets.ISO_8859_1));
  }

  /**
   * The decompressed content.
   *
   * @param location the file, for messages
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_CORRUPT, from this method or from the
   *     stream, if the compressed data are truncated or damaged
   */
  InputStream decompress(InputStream input, String location) throws IOException {
    if (this == NONE) {
      return input;
    }
    try {
      return new Checked(open(input), location);
    } catch (EOFException | ZipException | ZstdIOException e) {
      throw corrupt(location, 0, e);
    }
  }

  private RuntimeException corrupt(String location, long bytes, IOException e) {
    return Failures.user(
        "DATA_CORRUPT",
        "data: "
            + location
            + ": the "
            + name().toLowerCase(java.util.Locale.ROOT)
            + " data are cut or damaged after "
            + bytes
            + " bytes of content: "
            + e.getMessage()
            + " (expected: a whole file; fetch or pack it again)");
  }

  /** Reports damage as a fault of the file, not of the platform. */
  private final class Checked extends BlockInput {
    private final String location;
    private long bytes;

    Checked(InputStream content, String location) {
      super(content);
      this.location = location;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        int read = in.read(buffer, offset, length);
        bytes += Math.max(0, read);
        return read;
      } catch (EOFException | ZipException | ZstdIOException e) {
        throw corrupt(location, bytes, e);
      }
    }
  }
}
