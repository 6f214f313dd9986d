package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import io.retort.v1.PassAtK;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Score;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts read: formats of printed data, and exit codes; by a jar alone, without a home. */
class OutputFormatTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RUN_ID = FakeRunService.RUN_ID;

  private Path folder = Path.of("");
  private FakeRunService control;

  @BeforeEach
  void start(@TempDir Path place) throws IOException {
    folder = place;
    control = new FakeRunService();
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void jsonHasTheFieldNamesOfTheProtoFilesAndTheSameKeysAlways() throws Exception {
    JsonNode shown = json("runs", "show", RUN_ID, "-o", "json");

    assertThat(shown.get("run_id").asText()).isEqualTo(RUN_ID);
    assertThat(shown.get("phase").asText()).isEqualTo("RUN_PHASE_RUNNING");
    assertThat(shown.get("warnings").isArray()).isTrue();
    assertThat(shown.get("origin_run_id").asText()).isEmpty();
    assertThat(shown.has("failure")).isFalse();
    JsonNode listed = json("runs", "list", "--format", "JSON");
    assertThat(listed.get("runs").get(0)).isEqualTo(shown);
    assertThat(listed.get("next_page_token").asText()).isEmpty();
  }

  @Test
  void yamlHoldsTheSameData() throws Exception {
    Ended yaml = retort("runs", "show", RUN_ID, "-o", "yaml");

    assertThat(yaml.status()).as(yaml.output()).isZero();
    assertThat(new YAMLMapper().readTree(yaml.output()))
        .isEqualTo(json("runs", "show", RUN_ID, "-o", "json"));
  }

  @Test
  void aWatchPrintsALineOfJsonPerChangeAndNothingElse() throws Exception {
    control.changes =
        List.of(control.run, control.run.toBuilder().setPhase(RunPhase.RUN_PHASE_FAILED).build());

    Ended ended = retort("runs", "watch", RUN_ID, "-o", "json");

    assertThat(ended.status()).isEqualTo(ExitCode.RUN_FAILED.number());
    assertThat(ended.output().lines().map(OutputFormatTest::parse).map(run -> run.get("phase")))
        .extracting(JsonNode::asText)
        .containsExactly("RUN_PHASE_RUNNING", "RUN_PHASE_FAILED");
  }

  @Test
  void refusesAnUnknownFormat() throws Exception {
    Ended ended = retort("runs", "list", "-o", "xml");

    assertThat(ended.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(ended.output()).contains("[TABLE, JSON, YAML] (case-insensitive)").contains("'xml'");
  }

  @Test
  void showsWhatTwoRunsDifferIn() throws Exception {
    control.others =
        Map.of("first", scored("first", 7, 0.25, "a"), "second", scored("second", 8, 0.5, "b"));

    Ended table = retort("runs", "diff", "first", "second");
    JsonNode data = json("runs", "diff", "first", "second", "-o", "json");

    assertThat(table.status()).as(table.output()).isZero();
    assertThat(table.output())
        .containsPattern("seed +7 +8")
        .containsPattern("base on math +25.0 % .* +50.0 % .* +others")
        .doesNotContain("team");
    assertThat(data.get("spec").size()).isEqualTo(1);
    assertThat(data.get("spec").get(0).get("field").asText()).isEqualTo("seed");
    assertThat(data.get("scores").get(0).get("second").get("value").asDouble()).isEqualTo(0.5);
    assertThat(data.get("scores").get(0).get("same_problems").asBoolean()).isFalse();
    assertThat(retort("runs", "diff", "first", "first").output())
        .contains("The specs are the same.", "No score differs.");
    assertThat(retort("runs", "diff", "first", "none").status())
        .isEqualTo(ExitCode.NOT_FOUND.number());
  }

  @Test
  void aClientWritesNothingIntoItsHome() throws Exception {
    assertThat(retort("runs", "list").status()).isZero();
    assertThat(retort("models", "list", "-o", "yaml").status()).isZero();

    try (java.util.stream.Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void numbersOfExitCodesAreDistinctAndStay() {
    assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::number))
        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  }

  private static Run scored(String runId, int seed, double passAt1, String dataset) {
    Run.Builder run = Run.newBuilder().setRunId(runId);
    run.getSpecBuilder().setSeed(seed).setTeam("core");
    run.getSummaryBuilder()
        .addScores(
            Score.newBuilder()
                .setModel("base")
                .setBenchmark("math")
                .setDatasetSha256(dataset)
                .addPassAtK(PassAtK.newBuilder().setK(1).setValue(passAt1)));
    return run.build();
  }

  private JsonNode json(String... arguments) throws Exception {
    Ended ended = retort(arguments);
    assertThat(ended.status()).as(ended.output()).isZero();
    return parse(ended.output());
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }

  private Ended retort(String... arguments) throws Exception {
    return new RetortProcess(folder, control.address()).run(arguments);
  }
}
