package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retort doctor} as a client without a checkout. */
class DoctorCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void findsNothingWrongWithAClientWhoseControlPlaneAnswers() throws Exception {
    try (FakeRunService control = new FakeRunService()) {
      Ended ended = new RetortProcess(folder, control.address()).run("doctor");

      assertThat(ended.status()).as(ended.output()).isZero();
      assertThat(ended.output())
          .containsPattern("ok +java +Java ")
          .contains("answers at " + control.address())
          .doesNotContain("fix:", "python");
    }
  }

  @Test
  void saysHowToMendAControlPlaneThatIsDown() throws Exception {
    Ended ended = new RetortProcess(folder, "127.0.0.1:1").run("doctor", "-o", "json");

    assertThat(ended.status()).isEqualTo(ExitCode.UNHEALTHY.number());
    JsonNode findings = new ObjectMapper().readTree(ended.output()).get("findings");
    assertThat(findings)
        .anySatisfy(
            finding -> {
              assertThat(finding.get("check").asText()).isEqualTo("control");
              assertThat(finding.get("level").asText()).isEqualTo("ERROR");
              assertThat(finding.get("fix").asText()).contains("RETORT_CONTROL_ADDRESS");
            });
  }
}
