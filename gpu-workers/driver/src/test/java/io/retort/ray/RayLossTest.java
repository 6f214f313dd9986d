package io.retort.ray;

import static org.assertj.core.api.Assertions.assertThat;

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
    try (DriverProcess driver =
        DriverProcess.start(
            LosingDriver.class, cluster.address().toString(), RayTestCluster.codeSearchPath())) {
      assertThat(driver.writes("started")).isTrue();
      List<ProcessHandle> trainers = cluster.head().actors("TrainerActor");

      // The node ends with it, because nothing else keeps it running.
      cluster.head().gcsServer().destroyForcibly();

      assertThat(driver.output().lines().filter(line -> line.matches("[a-z]+: .*")))
          .containsExactly(
              "status: Lost",
              "find: Lost",
              "names: Lost",
              "reserve: Lost",
              "placement: Lost",
              "release: Lost");
      assertThat(driver.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(driver.process().exitValue()).isZero();
      assertThat(trainers).hasSize(1);
      for (ProcessHandle trainer : trainers) {
        trainer.onExit().get(30, TimeUnit.SECONDS);
      }
    } finally {
      cluster.close();
    }
  }
}
