package io.retort.store;

import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A temporary file without a name (in {@code java.io.tmpdir}), so that nothing remains of it even
 * after a kill.
 *
 * <p>One thread writes; any thread may read the bytes that were written before {@link #size} was
 * called.
 */
public final class ScratchFile implements AutoCloseable {
  private final FileChannel channel;
  private final OutputStream output;

  public ScratchFile() throws IOException {
    Path path = Files.createTempFile("retort-", ".scratch");
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      // On Linux and macOS an open file remains usable after its deletion.
      Files.delete(path);
    }
    output = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
  }

  /** Appends to the file. */
  public OutputStream output() {
    return output;
  }

  /** Bytes written so far. */
  public long size() throws IOException {
    output.flush();
    return channel.size();
  }

  public void copy(long start, long bytes, OutputStream target) throws IOException {
    output.flush();
    WritableByteChannel sink = Channels.newChannel(target);
    for (long copied = 0; copied < bytes; ) {
      copied += channel.transferTo(start + copied, bytes - copied, sink);
    }
  }

  /** Reads bytes before the last returned {@link #size}. */
  public byte[] read(long start, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, start + buffer.position()) < 0) {
        throw new EOFException(
            "scratch file: " + channel.size() + " bytes (expected: " + (start + bytes) + ")");
      }
    }
    return buffer.array();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
