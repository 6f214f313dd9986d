package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.store.RcloneServer;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** A stack whose store is a bucket of a real S3 server. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class S3RunTest {
  /** A multiple of three, as the scripted model requires. */
  private static final int ROWS = 12;

  private static final String STORE = "s3://bucket/retort";
  private static final String PROMPT = "evaluate-v1.system.txt";

  /** Longer than the store's timeout for a response, including in a build. */
  private static final Duration OUTAGE = Outages.of(Duration.ofMinutes(2), Duration.ofSeconds(22));

  private final WordProblems problems = WordProblems.range(0, 2 * ROWS);
  private final ScriptedModel model = new ScriptedModel(problems);
  private final Path folder;
  private final Path bucket;
  private final RcloneServer server;
  private final Path home;
  private final TestStack stack;

  S3RunTest() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("retort");
    Path buckets = folder.resolve("buckets");
    bucket = Files.createDirectories(buckets.resolve("bucket"));
    server = RcloneServer.start(TestStack.repository(), buckets);
    home = Files.createDirectory(folder.resolve("a"));
    stack = TestStack.start(home, model, List.of("--store", STORE), server.environment());
  }

  @AfterAll
  void stop() throws IOException, InterruptedException {
    stack.stop();
    server.close();
    model.close();
  }

  @Test
  void aRunIsAllInTheBucketAndPublishesAModelThatLoads() throws Exception {
    RunClient runs = new RunClient(stack.runs());
    Run run = runs.finish(runs.create(spec()));

    assertThat(run.getPhase())
        .as(run.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getSummary().toString()).contains(STORE).doesNotContain("file:");
    assertRelease(run.getSummary().getRelease());
    Path kept = bucket.resolve("retort/runs").resolve(run.getRunId());
    assertThat(kept.resolve("prompts").resolve(PROMPT)).isNotEmptyFile();
    assertThat(kept.resolve("report/index.html")).content().contains("aws s3 cp --recursive");
    assertThat(kept.resolve("export/manifest.json")).isNotEmptyFile();
    assertThat(kept.resolve("run.json")).content().contains("RUN_PHASE_SUCCEEDED");
    assertThat(home.resolve("store")).doesNotExist();
    assertNoSecretIn(home.resolve("logs"));
    assertNoSecretIn(kept);
  }

  @Test
  void aServerThatStandsStillCostsOnlyTime() throws Exception {
    WordProblems rows = new WordProblems(problems.problems().subList(ROWS, 2 * ROWS));
    RunSpec.Builder spec =
        RunSpecs.of("s3-still", rows.write(folder.resolve("still.jsonl")), folder.resolve("none"));
    spec.setSft(RunSpecs.training(40));
    spec.getEvaluationBuilder().clearBenchmarks();
    RunClient runs = new RunClient(stack.runs());
    model.holdAfter(ROWS / 2);
    Run run = runs.create(spec.build());
    runs.await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_CURATE).getDone() > 0);
    Outages.freeze(server.process(), OUTAGE);
    model.release();
    runs.await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_SFT).getDone() >= 7);
    Outages.freeze(server.process(), OUTAGE);
    Run finished = runs.finish(run, Stage.STAGE_PAIR);

    assertThat(finished.getSummary().getCuration().getRows()).isEqualTo(ROWS);
    assertThat(finished.getSummary().getSft().getSteps()).isEqualTo(40L * ROWS / 4);
    assertThat(rows.problems())
        .as("asked again are at most those under way")
        .filteredOn(problem -> model.askedAgain(problem) > 0)
        .hasSizeLessThanOrEqualTo(2 * 4);
  }

  @Test
  void aBucketThatIsNotThereIsToldBeforeAnythingStarts() throws Exception {
    Path other = Files.createDirectory(folder.resolve("b"));

    assertThatThrownBy(
            () ->
                TestStack.start(
                    other, model, List.of("--store", "s3://absent/x"), server.environment()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the store cannot be used: s3://absent/x: there is no bucket absent");
    assertThat(other.resolve("stack.json")).doesNotExist();
  }

  /** The student in the bucket; data and prompts stay on this machine. */
  private RunSpec spec() throws IOException, InterruptedException {
    Path prompts = Files.createDirectory(folder.resolve("prompts"));
    Files.copy(
        TestStack.repository().resolve("workers/judge/src/main/resources/prompts").resolve(PROMPT),
        prompts.resolve(PROMPT));
    String student = "s3://bucket/students/tiny";
    TestStack.python(
        server.environment(),
        "import sys, pathlib; from retort_trainer import store\n"
            + "store.upload_folder(pathlib.Path(sys.argv[1]), sys.argv[2])",
        home.resolve("student").toString(),
        student);
    RunSpec.Builder spec =
        RunSpecs.of(
            "s3",
            new WordProblems(problems.problems().subList(0, ROWS))
                .write(folder.resolve("train.jsonl")),
            WordProblems.range(1000, 2).write(folder.resolve("unseen.jsonl")));
    spec.getStudentBuilder().setModel(student);
    spec.getJudgeBuilder().setPrompts(prompts.toString());
    return spec.build();
  }

  private void assertRelease(ReleaseSummary release) throws Exception {
    assertThat(release.getModelUri()).isEqualTo(STORE + "/models/s3/versions/1");
    Path version = bucket.resolve("retort/models/s3/versions/1");
    JsonNode provenance = new ObjectMapper().readTree(version.resolve("provenance.json").toFile());
    assertThat(provenance.path("files").size()).isPositive();
    for (Map.Entry<String, JsonNode> file : provenance.path("files").properties()) {
      byte[] bytes = Files.readAllBytes(version.resolve(file.getKey()));
      assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)))
          .as(file.getKey())
          .isEqualTo(file.getValue().asText());
    }
    assertThat(bucket.resolve("retort/models/s3/aliases.json")).content().contains("1");
    assertThat(
            TestStack.python(
                server.environment(),
                """
                import sys
                from retort_trainer import store
                from transformers import AutoModelForCausalLM, AutoTokenizer
                with store.local_folder(sys.argv[1]) as folder:
                    model = AutoModelForCausalLM.from_pretrained(folder)
                    tokenizer = AutoTokenizer.from_pretrained(folder)
                inputs = tokenizer(["What is 2 + 3?"], return_tensors="pt")
                print("tokens", model.generate(**inputs, max_new_tokens=4).shape[1])
                """,
                release.getModelUri()))
        .contains("tokens");
  }

  private static void assertNoSecretIn(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(RcloneServer.SECRET_KEY);
      }
    }
  }
}
