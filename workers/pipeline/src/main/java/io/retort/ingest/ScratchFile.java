package io.retort.ingest;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A temporary file without a name, so that nothing is left of it even after a kill. */
final class ScratchFile implements AutoCloseable {
  private final FileChannel channel;
  private final OutputStream output;

  ScratchFile() throws IOException {
    Path path = Files.createTempFile("retort-", ".scratch");
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } finally {
      // On Linux and macOS the open file outlives its name.
      Files.delete(path);
    }
    output = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
  }

  /** Appends to the file. */
  OutputStream output() {
    return output;
  }

  /** Bytes written so far. */
  long size() throws IOException {
    output.flush();
    return channel.size();
  }

  void copy(long start, long bytes, OutputStream target) throws IOException {
    output.flush();
    WritableByteChannel sink = Channels.newChannel(target);
    for (long copied = 0; copied < bytes; ) {
      copied += channel.transferTo(start + copied, bytes - copied, sink);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
