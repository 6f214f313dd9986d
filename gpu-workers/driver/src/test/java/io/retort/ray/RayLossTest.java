package io.retort.ray;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A driver whose cluster ends while it runs. */
@Timeout(120)
final class RayLossTest {
  @Test
  void everyCallIsToldThatTheClusterIsGone() throws Exception {
    RayTestCluster cluster = RayTestCluster.start();
    Process driver = drive(cluster);
    try (BufferedReader output = driver.inputReader(UTF_8)) {
      assertThat(readUntil(output, "started")).isEqualTo("started");
      List<ProcessHandle> trainers = cluster.head().actors("TrainerActor");

      // The node ends with it, because nothing else keeps it running.
      cluster.head().gcsServer().destroyForcibly();

      assertThat(output.lines().filter(line -> line.matches("[a-z]+: .*")))
          .containsExactly(
              "status: Lost",
              "find: Lost",
              "names: Lost",
              "reserve: Lost",
              "placement: Lost",
              "release: Lost");
      assertThat(driver.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(driver.exitValue()).isZero();
      assertThat(trainers).hasSize(1);
      for (ProcessHandle trainer : trainers) {
        trainer.onExit().get(30, TimeUnit.SECONDS);
      }
    } finally {
      driver.destroyForcibly();
      cluster.close();
    }
  }

  private static Process drive(RayTestCluster cluster) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            LosingDriver.class.getName(),
            cluster.address().toString(),
            RayTestCluster.codeSearchPath())
        .redirectError(Redirect.INHERIT)
        .start();
  }

  /** Skips the output of Ray's library. */
  private static String readUntil(BufferedReader output, String wanted) throws IOException {
    String line = output.readLine();
    while (line != null && !line.equals(wanted)) {
      line = output.readLine();
    }
    return String.valueOf(line);
  }
}
