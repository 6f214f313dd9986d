package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.judge.client.ScriptedJudge;
import io.retort.v1.Difficulty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker's memory depends on the running rows, not on all rows of its shards. */
final class LongChainsTest {
  /**
   * The chains have 29 MB; their records have four times as much, and their answers as much again.
   */
  private static final String HEAP = "-Xmx64m";

  @Test
  void manyShardsOfLongChainsNeedNoMoreHeapThanFew(@TempDir Path folder)
      throws IOException, InterruptedException {
    String improved = LongChains.chain("In small steps.");
    try (ScriptedJudge judge = ScriptedJudge.start()) {
      judge.evaluate =
          request -> {
            judge.evaluated.clear();
            return request.getChain().startsWith("In small")
                ? Difficulty.DIFFICULTY_MEDIUM
                : Difficulty.DIFFICULTY_HARD;
          };
      judge.improve =
          request -> {
            judge.improved.clear();
            return improved;
          };
      judge.validate =
          request -> {
            judge.validated.clear();
            return request.getChain().startsWith("In small");
          };
      judge.corrupt =
          request -> {
            judge.corrupted.clear();
            if (!request.getProblem().endsWith("/0")) {
              // The word-by-word comparison of two long chains takes time.
              throw ScriptedJudge.useless("TRUNCATED");
            }
            return "Both are 48 + 24 = 70.";
          };
      Path log = folder.resolve("log");
      Process process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-XX:+UseSerialGC",
                      "-XX:+ExitOnOutOfMemoryError",
                      HEAP,
                      "-cp",
                      System.getProperty("java.class.path"),
                      LongChains.class.getName(),
                      judge.address(),
                      "file://" + folder.resolve("store")))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        int rows = LongChains.SHARDS * LongChains.ROWS;
        assertThat(Files.readString(log)).contains("kept: " + rows, "pairs: " + LongChains.SHARDS);
        assertThat(process.exitValue()).isZero();
      } finally {
        process.destroyForcibly();
      }
    }
  }
}
