package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  @Test
  void showsTheLastLines(@TempDir Path folder) throws IOException {
    Path log = folder.resolve("a.log");
    assertThat(LogTail.last(log, 3)).isEmpty();
    Files.writeString(log, "one\ntwo\nthree\nfour");
    assertThat(LogTail.last(log, 3)).containsExactly("two", "three", "four");
    assertThat(LogTail.last(log, 9)).hasSize(4);
  }

  @Test
  void readsOnlyTheEndOfALongLog(@TempDir Path folder) throws IOException {
    Path log = folder.resolve("a.log");
    Files.writeString(log, "x".repeat(1_000_000) + "\nlast");
    assertThat(LogTail.last(log, 1)).containsExactly("last");
  }

  @Test
  void looksOnlyAtWhatThisStartHasWritten(@TempDir Path folder) throws IOException {
    Path log = folder.resolve("a.log");
    Files.writeString(log, "serving\n");
    long start = Files.size(log);
    assertThat(LogTail.contains(log, 0, "serving")).isTrue();
    assertThat(LogTail.contains(log, start, "serving")).isFalse();
    assertThat(LogTail.contains(folder.resolve("none.log"), 0, "serving")).isFalse();
  }
}
