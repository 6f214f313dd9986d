package io.retort.export;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A local file that is later copied into the store. {@link #close} deletes it. */
final class SpooledFile implements Closeable {
  private final Path path;
  private final OutputStream output;

  SpooledFile(Path path) throws IOException {
    this.path = path;
    output = new BufferedOutputStream(Files.newOutputStream(path));
  }

  void write(byte[] bytes) throws IOException {
    output.write(bytes);
  }

  /** Ends writing. */
  void finish() throws IOException {
    output.close();
  }

  Path path() {
    return path;
  }

  /** Deletes the file, also if the disk is full and its last bytes cannot be written. */
  @Override
  public void close() throws IOException {
    try {
      output.close();
    } finally {
      Files.deleteIfExists(path);
    }
  }
}
