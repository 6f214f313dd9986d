package io.retort.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Local files as the content of objects. */
public final class LocalContent {
  private static final int BLOCK_BYTES = 1 << 20;

  /**
   * The bytes of a file.
   *
   * @param alive called after each block of 1 MiB; an exception from it ends the write
   */
  public static Store.Content of(Path file, Runnable alive) {
    return output -> copy(file, output, alive);
  }

  private static void copy(Path file, OutputStream output, Runnable alive) throws IOException {
    byte[] block = new byte[BLOCK_BYTES];
    try (InputStream input = Files.newInputStream(file)) {
      for (int read = input.read(block); read >= 0; read = input.read(block)) {
        output.write(block, 0, read);
        alive.run();
      }
    }
  }

  private LocalContent() {}
}
