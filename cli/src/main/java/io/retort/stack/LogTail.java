package io.retort.stack;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a process's log. */
final class LogTail {
  private static final int MOST_BYTES = 1 << 16;

  /**
   * The last lines, at most {@code lines}, of the last 64 KiB; empty if the file does not exist.
   */
  static List<String> last(Path log, int lines) throws IOException {
    if (!Files.exists(log)) {
      return List.of();
    }
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.max(0, file.length() - MOST_BYTES);
      byte[] bytes = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(bytes);
      List<String> all = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    }
  }

  /** Whether {@code text} was written at or after the byte {@code from}. */
  static boolean contains(Path log, long from, String text) throws IOException {
    if (!Files.exists(log)) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.min(from, file.length());
      byte[] bytes = new byte[(int) Math.min(file.length() - start, 1 << 20)];
      file.seek(start);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).contains(text);
    }
  }

  private LogTail() {}
}
