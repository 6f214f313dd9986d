package io.retort.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class StackPlanTest {
  private static final Path REPOSITORY = Path.of("/repository");

  @Test
  void startsEverythingByItself() {
    StackPlan plan = plan(Map.of());
    assertThat(plan.processes())
        .extracting(StackProcess::name)
        .containsExactly(
            "temporal",
            "ray",
            "model",
            "teacher",
            "judge-1",
            "judge-2",
            "pipeline",
            "driver",
            "control");
    assertThat(plan.ports()).containsExactlyInAnyOrder(StackPort.values());
    assertThat(plan.storeUri()).isEqualTo("file:///repository/.retort/store");
  }

  @Test
  void listensOnTheLoopbackAddressAlone() {
    for (StackProcess process : plan(Map.of()).processes()) {
      assertThat(String.join(" ", process.command())).doesNotContain("0.0.0.0");
    }
  }

  /**
   * A commit of SQLite's rollback journal syncs the disk several times; 50 launches at once wait.
   */
  @Test
  void temporalWritesAheadInsteadOfRollingBack() {
    assertThat(process(plan(Map.of()), "temporal").command())
        .containsSequence("--sqlite-pragma", "journal_mode=wal");
  }

  @Test
  void registersEverySearchAttributeThatRunsSet() {
    List<String> temporal = process(plan(Map.of()), "temporal").command();
    assertThat(temporal)
        .contains(
            "RetortPhase=Keyword",
            "RetortStage=Keyword",
            "RetortStudent=Keyword",
            "RetortDataset=Keyword",
            "RetortTeam=Keyword",
            "RetortProgress=Double");
  }

  @Test
  void tellsEachWorkerWhereTheOthersAre() {
    StackPlan plan = plan(Map.of(), "--port-offset", "10", "--port", "judge-2=7999");
    assertThat(process(plan, "pipeline").environment())
        .containsEntry("TEMPORAL_ADDRESS", "127.0.0.1:7243")
        .containsEntry("RETORT_JUDGE_ADDRESSES", "127.0.0.1:7411,127.0.0.1:7999")
        .containsEntry("RETORT_STORE", "file:///repository/.retort/store")
        .containsEntry("RETORT_DATA_ROOTS", "/,s3://")
        .containsEntry("RETORT_PYTHON", "/repository/gpu-workers/trainer/.venv/bin/python");
    assertThat(process(plan, "judge-2").environment())
        .containsEntry("RETORT_PORT", "7999")
        .containsEntry("RETORT_ENDPOINTS", "/repository/.retort/generated/endpoints.yaml")
        .containsEntry("RETORT_JUDGE_PEERS", "127.0.0.1:7411,127.0.0.1:7999");
    assertThat(process(plan, "judge-1").environment())
        .containsEntry("RETORT_JUDGE_PEERS", "127.0.0.1:7411,127.0.0.1:7999");
    assertThat(process(plan, "driver").environment())
        .containsEntry("RETORT_RAY_ADDRESS", "127.0.0.1:6389");
    assertThat(process(plan, "control").environment())
        .containsEntry("RETORT_TEMPORAL_UI", "http://127.0.0.1:8243")
        .containsEntry("RETORT_STUDENT_MODEL", "/repository/.retort/models/SmolLM2-135M-Instruct");
  }

  @Test
  void workersOfTemporalAreReadyOnceTheySaySo() {
    // Their metrics ports are open before they are connected.
    assertThat(process(plan(Map.of()), "pipeline").ready())
        .isEqualTo(StackProcess.Readiness.log("the pipeline worker is ready: "));
    assertThat(process(plan(Map.of()), "driver").ready())
        .isEqualTo(StackProcess.Readiness.log("the driver is ready: "));
  }

  @Test
  void endsWorkersThatHaveNoMemoryLeft() {
    StackPlan plan = plan(Map.of());
    for (String worker : List.of("judge-1", "judge-2", "pipeline", "driver", "control")) {
      assertThat(process(plan, worker).command())
          .as(worker)
          .containsSubsequence("-XX:+ExitOnOutOfMemoryError", "-jar");
    }
  }

  @Test
  void keepsRunsWhereItIsTold() {
    StackPlan plan = plan(Map.of(), "--store", "s3://bucket/retort/");
    assertThat(plan.storeUri()).isEqualTo("s3://bucket/retort");
    for (String worker : List.of("pipeline", "control")) {
      assertThat(process(plan, worker).environment())
          .containsEntry("RETORT_STORE", "s3://bucket/retort");
    }
    assertThat(plan(Map.of("RETORT_STORE", "/data/store")).storeUri())
        .isEqualTo("file:///data/store");
    assertThat(plan(Map.of("RETORT_STORE", "/data/store"), "--store", "s3://bucket").storeUri())
        .isEqualTo("s3://bucket");
    assertThatThrownBy(() -> plan(Map.of(), "--store", "bucket/retort"))
        .isInstanceOf(StackException.class)
        .hasMessage(
            "--store: bucket/retort (expected: an absolute path or a URI that begins with file:/ or"
                + " s3://)");
  }

  @Test
  void handsItsFlagsToItsSupervisor() {
    StackFlags flags =
        CommandLine.populateCommand(
            new StackFlags(), "--store", "s3://bucket/retort", "--endpoints", "mine.yaml");
    assertThat(SuperviseCommand.commandLine(flags))
        .containsSequence("--store", "s3://bucket/retort")
        .containsSequence("--endpoints", Path.of("mine.yaml").toAbsolutePath().toString());
  }

  @Test
  void usesATemporalAndARayThatAreThere() {
    StackPlan plan =
        plan(Map.of("TEMPORAL_ADDRESS", "temporal.example:7233", "RETORT_RAY_ADDRESS", "ray:6379"));
    assertThat(plan.processes())
        .extracting(StackProcess::name)
        .doesNotContain("temporal", "ray")
        .contains("driver");
    assertThat(plan.ports()).doesNotContain(StackPort.TEMPORAL, StackPort.RAY);
    assertThat(process(plan, "driver").environment())
        .containsEntry("TEMPORAL_ADDRESS", "temporal.example:7233")
        .containsEntry("RETORT_RAY_ADDRESS", "ray:6379");
  }

  @Test
  void pointsTheJudgeElsewhereWithoutItsKey() {
    StackPlan plan =
        plan(
            Map.of("JUDGE_KEY", "secret"),
            "--judge-url",
            "https://judge.example/v1",
            "--judge-model",
            "it's",
            "--judge-api-key-env",
            "JUDGE_KEY");
    assertThat(plan.endpoints())
        .isEqualTo(
            """
            # Written anew by each `retort up`. For endpoints of your own: retort up --endpoints FILE
            endpoints:
              judge:
                base_url: 'https://judge.example/v1'
                model: 'it''s'
                api_key_env: 'JUDGE_KEY'
              student:
                base_url: 'http://127.0.0.1:8091/v1'
                model: 'SmolLM2-135M-Instruct'
              teacher:
                base_url: 'https://judge.example/v1'
                model: 'it''s'
                api_key_env: 'JUDGE_KEY'
            """);
    assertThat(plan.processes().toString()).doesNotContain("secret");
    assertThat(plan.processes()).extracting(StackProcess::name).contains("model");
  }

  @Test
  void servesTheSmallModelWhateverTheStudentIs() {
    for (Map<String, String> environment :
        List.of(
            Map.<String, String>of(),
            Map.of("RETORT_STUDENT_MODEL", "/models/other", "RETORT_HOME", "/elsewhere"))) {
      assertThat(process(plan(environment), "model").command())
          .containsSequence(
              "--model",
              "/repository/.retort/models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q8_0.gguf");
    }
  }

  @Test
  void servesTheDemosTeacherUnlessAModelOfTheUsersJudges() {
    StackPlan alone = plan(Map.of(), "--port", "teacher=7998");
    assertThat(process(alone, "teacher").command())
        .containsExactly(
            "/repository/gpu-workers/trainer/.venv/bin/python",
            "/repository/examples/demo/teacher.py",
            "--port",
            "7998");
    assertThat(alone.endpoints())
        .endsWith(
            """
              teacher:
                base_url: 'http://127.0.0.1:7998/v1'
                model: 'retort-demo-teacher'
            """);
    StackPlan judged = plan(Map.of(), "--judge-url=http://a/v1", "--judge-model=a");
    assertThat(judged.processes()).extracting(StackProcess::name).doesNotContain("teacher");
    assertThat(judged.ports()).doesNotContain(StackPort.TEACHER);
  }

  @Test
  void needsNoModelServerWhenBothEndpointsAreElsewhere() {
    StackPlan plan =
        plan(
            Map.of(),
            "--judge-url=http://a/v1",
            "--judge-model=a",
            "--student-url=http://b/v1",
            "--student-model=b");
    assertThat(plan.processes()).extracting(StackProcess::name).doesNotContain("model");
    assertThat(plan.ports()).doesNotContain(StackPort.MODEL);
  }

  @Test
  void refusesHalfAnEndpoint() {
    assertThatThrownBy(() -> plan(Map.of(), "--judge-model", "a"))
        .isInstanceOf(StackException.class)
        .hasMessageStartingWith("--judge-url: not given");
    assertThatThrownBy(() -> plan(Map.of(), "--judge-url", "http://a/v1"))
        .hasMessageStartingWith("--judge-model: not given");
    assertThatThrownBy(() -> plan(Map.of(), "--judge-url", "a:80", "--judge-model", "m"))
        .hasMessageContaining("--judge-url: a:80 (expected: http://");
  }

  @Test
  void keepsRaysSocketsShort() {
    Path deep = Path.of("/a".repeat(200));
    StackPlan plan = new StackPlan(StackOptions.standard(deep, Map.of()));
    assertThat(plan.rayFolder().toString()).hasSizeLessThan(60);
    assertThat(plan.rayFolder()).isNotEqualTo(plan(Map.of()).rayFolder());
  }

  @Test
  void givesTheJudgesKeyToTheJudgeWorkersAlone() {
    StackPlan plan =
        plan(
            Map.of("JUDGE_KEY", "secret"),
            "--judge-url=https://judge.example/v1",
            "--judge-model=m",
            "--judge-api-key-env=JUDGE_KEY");
    for (StackProcess process : plan.processes()) {
      if (process.name().startsWith("judge-")) {
        assertThat(process.withheld()).as(process.name()).isEmpty();
      } else {
        assertThat(process.withheld()).as(process.name()).containsExactly("JUDGE_KEY");
      }
    }
  }

  @Test
  void givesTheUsersFileOfEndpointsToTheJudgeWorkersAsItIs(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mine.yaml"),
            """
            endpoints:
              judge:
                base_url: https://judge.example/v1
                model: m
                api_key_env: JUDGE_KEY
                headers: {X-Key: {env: GATEWAY_KEY}}
                proxy: {env: HTTPS_PROXY}
              hub: {base_url: "https://hub.example/v1", model: m, api_key_env: HF_TOKEN}
            """);
    StackPlan plan = plan(Map.of(), "--endpoints", file.toString());
    assertThat(process(plan, "judge-1").environment())
        .containsEntry("RETORT_ENDPOINTS", file.toString());
    assertThat(process(plan, "control").withheld())
        .containsExactlyInAnyOrder("JUDGE_KEY", "GATEWAY_KEY");
    assertThat(plan.processes()).extracting(StackProcess::name).doesNotContain("model");
    assertThat(plan.ports()).doesNotContain(StackPort.MODEL);
  }

  @Test
  void servesTheSmallModelToAFileThatNamesItsAddress(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mine.yaml"),
            "endpoints: {student: {base_url: 'http://localhost:8101/v1', model: m}}");
    assertThat(plan(Map.of(), "--endpoints", file.toString()).processes())
        .extracting(StackProcess::name)
        .doesNotContain("model", "teacher");
    assertThat(plan(Map.of(), "--endpoints", file.toString(), "--port-offset=10").processes())
        .extracting(StackProcess::name)
        .contains("model");
  }

  @Test
  void refusesAFileOfEndpointsThatCannotBeUsed(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("mine.yaml");
    assertThatThrownBy(() -> plan(Map.of(), "--endpoints", file.toString()))
        .isInstanceOf(StackException.class)
        .hasMessageStartingWith("--endpoints: " + file + " cannot be read: ");
    Files.writeString(file, "endpoints: {judge: sk-secret: [");
    assertThatThrownBy(() -> plan(Map.of(), "--endpoints", file.toString()))
        .isInstanceOf(StackException.class)
        .hasMessageStartingWith("--endpoints: " + file + ": not YAML, line 1, column ")
        .hasMessageNotContaining("secret");
    Files.writeString(file, "endpoints: {}");
    assertThatThrownBy(() -> plan(Map.of(), "--endpoints", file.toString(), "--student-model", "m"))
        .isInstanceOf(StackException.class)
        .hasMessage(
            "--student-model: m (expected: not given together with --endpoints, whose file holds"
                + " every endpoint)");
  }

  private static StackPlan plan(Map<String, String> environment, String... arguments) {
    StackFlags flags = CommandLine.populateCommand(new StackFlags(), arguments);
    return new StackPlan(flags.options(REPOSITORY, environment));
  }

  private static StackProcess process(StackPlan plan, String name) {
    return plan.processes().stream()
        .filter(process -> process.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
