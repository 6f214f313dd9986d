package io.retort.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ProcessMainTest {
  private static final int LONGEST_SECONDS = 60;

  @Test
  void aMissingClassEndsTheProcessAlthoughItsThreadsRun() throws Exception {
    assertThat(ends("error", 1)).contains("failing process failed", "io/retort/Missing");
  }

  @Test
  void aWrongConfigurationEndsItWithItsMessageAlone() throws Exception {
    assertThat(ends("configuration", 2))
        .contains("failing process: PORT: 0 (expected: 1)")
        .doesNotContain("ConfigurationException");
  }

  private static String ends(String failure, int exitCode) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FailingProcess.class.getName(),
                failure)
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(exitCode);
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
    }
  }
}
