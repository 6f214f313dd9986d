package io.retort.judge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker as a separate process that only reads its file of endpoints. */
@Timeout(60)
class JudgeWorkerCheckTest {
  @Test
  void endsWithEveryMistakeOfTheFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("endpoints.yaml");
    Files.writeString(
        file, "endpoints: {judge: {base_url: 'ftp://judge/v1', model: m, colour: red}}");
    Ended ended = check(file);
    assertThat(ended.status).isEqualTo(2);
    assertThat(ended.output).contains(file + ":", "endpoints.judge.base_url", "colour");
  }

  @Test
  void endsWithoutListeningWhenAllIsWell(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("endpoints.yaml");
    Files.writeString(file, "endpoints: {judge: {base_url: 'http://judge/v1', model: m}}");
    Ended ended = check(file);
    assertThat(ended.status).as(ended.output).isZero();
    assertThat(ended.output).doesNotContain("ready");
  }

  private static Ended check(Path file) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            JudgeWorker.class.getName(),
            "--check");
    builder.environment().put("RETORT_ENDPOINTS", file.toString());
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Ended(process.waitFor(), output);
  }

  private record Ended(int status, String output) {}
}
