package io.retort.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The bytes of one part of an upload, readable again for each repetition of its request. The first
 * bytes are in memory and the rest is in a file, because the parts of a very large object are
 * large.
 */
final class S3Part implements AutoCloseable {
  private static final String MEDIA_TYPE = "application/octet-stream";

  private final int inMemory;
  private Buffer buffer = new Buffer();
  private @Nullable Path file;
  private @Nullable OutputStream output;
  private long size;

  /**
   * @param inMemory maximum number of bytes held in memory
   */
  S3Part(int inMemory) {
    this.inMemory = inMemory;
  }

  void write(byte[] block, int offset, int length) throws IOException {
    if (output == null && size + length > inMemory) {
      toFile();
    }
    OutputStream target = output;
    (target == null ? buffer : target).write(block, offset, length);
    size += length;
  }

  long size() {
    return size;
  }

  RequestBody body() {
    return RequestBody.fromContentProvider(this::stream, size, MEDIA_TYPE);
  }

  /** Starts the next part. */
  void reset() throws IOException {
    close();
    buffer.reset();
    size = 0;
  }

  /** Deletes the file, if any. */
  @Override
  public void close() throws IOException {
    Path written = file;
    OutputStream open = output;
    file = null;
    output = null;
    if (written != null) {
      // On Linux and macOS an open file remains usable after its deletion.
      Files.deleteIfExists(written);
    }
    if (open != null) {
      open.close();
    }
  }

  private void toFile() throws IOException {
    Path written = Files.createTempFile("retort-s3-", ".part");
    file = written;
    OutputStream target = Files.newOutputStream(written);
    output = target;
    buffer.writeTo(target);
    buffer = new Buffer();
  }

  private InputStream stream() {
    Path written = file;
    if (written == null) {
      return buffer.stream();
    }
    try {
      return Files.newInputStream(written);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Buffer extends ByteArrayOutputStream {
    InputStream stream() {
      return new ByteArrayInputStream(buf, 0, count);
    }
  }
}
