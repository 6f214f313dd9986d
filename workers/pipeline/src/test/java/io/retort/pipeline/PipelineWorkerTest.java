package io.retort.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker as a separate process. */
@Timeout(120)
class PipelineWorkerTest {
  /** Two task queues with five pollers each. */
  private static final int FIRST_POLLS = 10;

  private static final String READY = "the pipeline worker is ready: ";

  @Test
  void isReadyOnceItsPollsArriveAtTemporal(@TempDir Path folder) throws Exception {
    try (FakeTemporal temporal = new FakeTemporal()) {
      Process worker = start(folder, temporal.address());
      try (BufferedReader output = worker.inputReader(UTF_8)) {
        List<String> before = readRefusals(output);
        assertThat(before).noneMatch(line -> line.contains(READY));

        temporal.takePolls();

        String line = output.readLine();
        while (line != null && !line.contains(READY)) {
          line = output.readLine();
        }
        assertThat(line).isNotNull();
      } finally {
        worker.destroyForcibly().waitFor();
      }
    }
  }

  /** Reads until polls that followed the first one of every poller have been refused. */
  private static List<String> readRefusals(BufferedReader output) throws IOException {
    List<String> lines = new ArrayList<>();
    int refusals = 0;
    while (refusals <= FIRST_POLLS) {
      String line = output.readLine();
      assertThat(line).as("the worker goes on; it said %s", lines).isNotNull();
      lines.add(line);
      if (line.contains(FakeTemporal.REFUSAL)) {
        refusals++;
      }
    }
    return lines;
  }

  private static Process start(Path folder, String temporal) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            PipelineWorker.class.getName());
    builder.environment().put("RETORT_STORE", "file://" + folder);
    builder.environment().put("RETORT_JUDGE_ADDRESSES", "127.0.0.1:1");
    builder.environment().put("TEMPORAL_ADDRESS", temporal);
    builder.environment().remove("RETORT_PYTHON");
    return builder.redirectErrorStream(true).start();
  }
}
