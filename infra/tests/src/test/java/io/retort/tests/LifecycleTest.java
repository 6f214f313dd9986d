package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.tests.ScriptedModel.Question;
import io.retort.tests.WordProblems.WordProblem;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.CurationSummary;
import io.retort.v1.DataSource;
import io.retort.v1.FailureCategory;
import io.retort.v1.GetRunRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole lifecycle on a real Temporal server, a real Ray node, real gRPC judge workers and a
 * scripted endpoint, also when processes are killed in the middle.
 */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.Random.class)
final class LifecycleTest {
  private static final int TRAIN = 24;
  private static final int UNSEEN = 4;

  private Path folder;
  private WordProblems train;
  private Path trainFile;
  private Path unseenFile;
  private ScriptedModel model;
  private TestStack stack;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    train = WordProblems.range(0, TRAIN * 4);
    trainFile = WordProblems.range(0, TRAIN).write(folder.resolve("train.jsonl"));
    unseenFile = WordProblems.range(1000, UNSEEN).write(folder.resolve("unseen.jsonl"));
    model = new ScriptedModel(train);
    stack = TestStack.start(folder, model);
  }

  @AfterAll
  void stop() throws Exception {
    model.release();
    stack.stop();
    model.close();
  }

  @Test
  void aRunGoesThroughEveryStageAndPublishesAModelThatLoads() throws Exception {
    Run run = finish(create(spec("lifecycle").build()));

    assertThat(run.getPhase())
        .as(run.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    CurationSummary curation = run.getSummary().getCuration();
    assertThat(curation.getRows()).isEqualTo(TRAIN);
    assertThat(curation.getRetained()).isEqualTo(TRAIN / 3);
    assertThat(curation.getImproved()).isEqualTo(2 * TRAIN / 3);
    assertThat(curation.getUsage().getPromptTokens()).isPositive();
    assertThat(run.getSummary().getPairing().getPairs().getRows()).isPositive();
    assertThat(run.getSummary().getSft().getSteps()).isEqualTo(TRAIN * 2 / 4);
    assertThat(run.getSummary().getScoresList())
        .extracting(Score::getModel)
        .containsExactly("base", "stage-1", "stage-2");
    assertThat(Path.of(URI.create(run.getSummary().getRelease().getReportUri()))).isNotEmptyFile();
    assertThat(generate(run.getSummary().getRelease().getModelUri())).contains("tokens");
  }

  @Test
  void aKilledPipelineWorkerLosesNoJudgedRow() throws Exception {
    WordProblems problems = new WordProblems(train.problems().subList(TRAIN, 2 * TRAIN));
    Path file = problems.write(folder.resolve("killed-pipeline.jsonl"));
    model.holdAfter(TRAIN / 2);
    Run run = create(spec("killed-pipeline", file).build());
    await(run.getRunId(), live -> stage(live, Stage.STAGE_CURATE).getDone() > 0);

    stack.kill("pipeline");
    List<WordProblem> judged = recorded(run.getRunId(), problems);
    model.release();
    Run finished = finish(run, Stage.STAGE_CURATE);

    assertThat(judged).isNotEmpty();
    for (WordProblem problem : judged) {
      int evaluations = problem.number() % 3 == 0 ? 1 : 2;
      assertThat(model.asked(Question.EVALUATE, problem))
          .as(problem.problem())
          .isEqualTo(evaluations);
    }
    assertThat(finished.getSummary().getCuration().getRows()).isEqualTo(TRAIN);
  }

  @Test
  void aKilledDriverAdoptsItsTrainerAndRepeatsNoStep() throws Exception {
    RunSpec.Builder spec = spec("killed-driver");
    spec.setSft(RunSpecs.training(20));
    Run run = create(spec.build());
    await(run.getRunId(), live -> stage(live, Stage.STAGE_SFT).getDone() >= 3);
    List<Long> trainers = stack.trainers().stream().map(ProcessHandle::pid).toList();

    stack.kill("driver");
    Run finished = finish(run, Stage.STAGE_SFT);

    assertThat(trainers).hasSize(1);
    assertThat(finished.getSummary().getSft().getSteps()).isEqualTo(20L * TRAIN / 4);
    // The same actor went on: nothing was loaded again.
    assertThat(finished.getSummary().getSft().getResumedFromStep()).isZero();
    assertThat(metrics()).contains("retort_trainer_adoptions_total");
  }

  @Test
  void aKilledTrainerResumesFromItsLastCheckpoint() throws Exception {
    RunSpec.Builder spec = spec("killed-trainer");
    spec.setSft(RunSpecs.training(30));
    Run run = create(spec.build());
    await(run.getRunId(), live -> stage(live, Stage.STAGE_SFT).getDone() >= 12);

    stack.trainers().forEach(ProcessHandle::destroyForcibly);
    Run finished = finish(run, Stage.STAGE_SFT);

    assertThat(finished.getSummary().getSft().getResumedFromStep()).isGreaterThanOrEqualTo(5);
    assertThat(finished.getSummary().getSft().getSteps()).isEqualTo(30L * TRAIN / 4);
  }

  @Test
  void aCancelledRunKeepsWhatItHasFinished() throws Exception {
    WordProblems problems = new WordProblems(train.problems().subList(2 * TRAIN, 3 * TRAIN));
    Path file = problems.write(folder.resolve("cancelled.jsonl"));
    model.holdAfter(TRAIN / 2);
    Run run = create(spec("cancelled", file).build());
    await(run.getRunId(), live -> stage(live, Stage.STAGE_CURATE).getDone() > 0);

    stack
        .runs()
        .cancelRun(
            CancelRunRequest.newBuilder().setRunId(run.getRunId()).setReason("test").build());
    model.release();
    Run finished = finish(run);

    assertThat(finished.getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(recorded(run.getRunId(), problems)).isNotEmpty();
    assertThatThrownBy(
            () ->
                stack
                    .runs()
                    .cancelRun(CancelRunRequest.newBuilder().setRunId(run.getRunId()).build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION));
  }

  @Test
  void aJudgeThatRefusesTheKeyEndsTheRunWithAClearError() throws Exception {
    Path file =
        new WordProblems(train.problems().subList(3 * TRAIN, 4 * TRAIN))
            .write(folder.resolve("refused.jsonl"));
    model.refuseWith(HttpStatus.UNAUTHORIZED);
    try {
      Run run = finish(create(spec("refused", file).build()));

      assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
      assertThat(run.getFailure().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
      assertThat(run.getFailure().getMessage()).contains("401");
    } finally {
      model.refuseWith(HttpStatus.OK);
    }
  }

  @Test
  void aMissingFileEndsTheRunWithAClearError() {
    Run run = finish(create(spec("missing", folder.resolve("nowhere.jsonl")).build()));

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
    assertThat(run.getFailure().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
    assertThat(run.getFailure().getType()).isEqualTo("DATA_NOT_FOUND");
    assertThat(run.getFailure().getMessage()).contains("nowhere.jsonl");
  }

  @Test
  void aModelWithoutATokenizerIsRefusedBeforeAnyWork() throws Exception {
    Path bare = Files.createDirectories(folder.resolve("bare"));
    Files.copy(folder.resolve("student/config.json"), bare.resolve("config.json"));
    RunSpec.Builder spec = spec("bare");
    spec.getStudentBuilder().setModel(bare.toString());

    Run run = finish(create(spec.build()));

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
    assertThat(run.getFailure().getType()).isEqualTo("MODEL_INCOMPLETE");
    assertThat(run.getStagesList()).isEmpty();
  }

  @Test
  void aRetrainedRunNamesItsOriginAndTakesTheChanges() {
    Run origin = finish(create(spec("origin").build()), Stage.STAGE_CURATE);

    Run retrained =
        stack
            .runs()
            .retrainRun(
                RetrainRunRequest.newBuilder()
                    .setRunId(origin.getRunId())
                    .setChanges(RunSpec.newBuilder().setSeed(8))
                    .setUpdateMask(FieldMask.newBuilder().addPaths("seed"))
                    .build())
            .getRun();
    Run finished = finish(retrained, Stage.STAGE_CURATE);

    assertThat(finished.getRunId()).isNotEqualTo(origin.getRunId());
    assertThat(finished.getOriginRunId()).isEqualTo(origin.getRunId());
    assertThat(finished.getSpec().getSeed()).isEqualTo(8);
    assertThat(finished.getSummary().getIngest().getDataset())
        .isEqualTo(origin.getSummary().getIngest().getDataset());
    assertThat(
            stack
                .runs()
                .listRuns(ListRunsRequest.newBuilder().setPageSize(100).build())
                .getRunsList())
        .extracting(Run::getRunId)
        .contains(origin.getRunId(), finished.getRunId());
  }

  @Test
  void everyMistakeInASpecIsToldAtOnce() {
    RunSpec.Builder spec = spec("wrong");
    spec.getSftBuilder().setLearningRate(-1);
    spec.getPreferenceBuilder().getBetaBuilder().setLarge(-1);

    assertThatThrownBy(() -> create(spec.build()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused -> {
              assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
              assertThat(violations(refused))
                  .containsExactlyInAnyOrder(
                      "preference.beta.large: -1 (expected: > 0)",
                      "sft.learning_rate: -1 (expected: > 0 and <= 1)");
            });
  }

  @Test
  void gsm8kRowsAreTakenAsTheyAre() throws Exception {
    Path data = TestStack.repository().resolve("../shared/data").normalize();
    assumeTrue(Files.isRegularFile(data.resolve("gsm8k_train.jsonl")), "no GSM8K files in " + data);
    RunSpec.Builder spec = spec("gsm8k", data.resolve("gsm8k_train.jsonl"));
    spec.getDataBuilder().getTrainBuilder(0).setLimit(6);
    spec.getEvaluationBuilder()
        .clearBenchmarks()
        .addBenchmarks(
            BenchmarkSpec.newBuilder()
                .setName("gsm8k")
                .setSamples(1)
                .setSource(
                    DataSource.newBuilder()
                        .setPath(data.resolve("gsm8k_test.jsonl").toString())
                        .setLimit(3)));

    Run run = finish(create(spec.build()));

    assertThat(run.getPhase())
        .as(run.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getSummary().getIngest().getRows()).isEqualTo(6);
    assertThat(run.getSummary().getScoresList()).hasSize(3);
  }

  private RunSpec.Builder spec(String name) {
    return spec(name, trainFile);
  }

  private RunSpec.Builder spec(String name, Path file) {
    return RunSpecs.of(name, file, unseenFile);
  }

  private Run create(RunSpec spec) {
    return stack.runs().createRun(CreateRunRequest.newBuilder().setSpec(spec).build()).getRun();
  }

  private Run finish(Run run) {
    return await(
        run.getRunId(),
        live -> live.getPhase().getNumber() >= RunPhase.RUN_PHASE_SUCCEEDED.getNumber());
  }

  /**
   * Waits until the stage has ended well, and stops the run then: what comes after is another
   * test's.
   */
  private Run finish(Run run, Stage stage) {
    Run reached =
        await(
            run.getRunId(), live -> stage(live, stage).getPhase() == RunPhase.RUN_PHASE_SUCCEEDED);
    stack.runs().cancelRun(CancelRunRequest.newBuilder().setRunId(run.getRunId()).build());
    Run cancelled = finish(run);
    assertThat(cancelled.getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    return reached;
  }

  private Run await(String runId, Predicate<Run> condition) {
    try (CancellableContext watching = Context.current().withCancellation()) {
      watching.run(
          () -> {
            Iterator<WatchRunResponse> changes =
                stack.runs().watchRun(WatchRunRequest.newBuilder().setRunId(runId).build());
            while (changes.hasNext()) {
              if (condition.test(changes.next().getRun())) {
                return;
              }
            }
            throw new AssertionError("ended first: " + get(runId));
          });
    }
    return get(runId);
  }

  private Run get(String runId) {
    return stack.runs().getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }

  private static List<String> violations(StatusRuntimeException refused) {
    return StatusProto.fromThrowable(refused).getDetailsList().stream()
        .filter(detail -> detail.is(BadRequest.class))
        .flatMap(
            detail -> {
              try {
                return detail.unpack(BadRequest.class).getFieldViolationsList().stream();
              } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
              }
            })
        .map(violation -> violation.getField() + ": " + violation.getDescription())
        .toList();
  }

  private static StageProgress stage(Run run, Stage stage) {
    return run.getStagesList().stream()
        .filter(progress -> progress.getStage() == stage)
        .findFirst()
        .orElse(StageProgress.getDefaultInstance());
  }

  /** The problems whose curation records are on disk. */
  private List<WordProblem> recorded(String runId, WordProblems problems)
      throws IOException, InterruptedException {
    Path records = stack.store().resolve("runs").resolve(runId).resolve("curation");
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(records)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl.zst")).toList()) {
        text.append(
            TestStack.python(
                "import sys, zstandard; print(zstandard.open(sys.argv[1], 'rt').read())",
                file.toString()));
      }
    }
    return problems.problems().stream()
        .filter(problem -> text.indexOf(problem.problem()) >= 0)
        .toList();
  }

  private static String generate(String modelUri) throws IOException, InterruptedException {
    return TestStack.python(
        """
        import sys
        from transformers import AutoModelForCausalLM, AutoTokenizer
        model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
        tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
        messages = [{"role": "system", "content": "Think."}, {"role": "user", "content": "What is 2 + 3?"}]
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        inputs = tokenizer([text], return_tensors="pt").to(model.device)
        print("tokens", model.generate(**inputs, max_new_tokens=4).shape[1])
        """,
        Path.of(URI.create(modelUri)).toString());
  }

  private String metrics() throws IOException, InterruptedException {
    StringBuilder all = new StringBuilder();
    for (String address : stack.state().metrics()) {
      all.append(
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
              .body());
    }
    return all.toString();
  }
}
