package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.linecorp.armeria.common.HttpStatus;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.tests.ScriptedModel.Question;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CacheStatus;
import io.retort.v1.CurationSummary;
import io.retort.v1.DataSource;
import io.retort.v1.ExportSummary;
import io.retort.v1.FailureCategory;
import io.retort.v1.LastStage;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The whole lifecycle on a real Temporal server, a real Ray node, real gRPC judge workers and a
 * scripted endpoint, including killed processes.
 */
@Timeout(600)
@ExtendWith(SharedStack.Resolver.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.Random.class)
final class LifecycleTest {
  private static final int TRAIN = SharedStack.ROWS;

  private SharedStack shared;
  private TestStack stack;
  private Path trainFile;

  @BeforeAll
  void write(SharedStack started) throws Exception {
    shared = started;
    stack = shared.stack();
    trainFile = shared.write(shared.takeProblems(), "train");
  }

  @Test
  void pairsAloneAreExportedAsTrlLoadsThem() throws Exception {
    Run run = finish(create(spec("pairs-alone").setLastStage(LastStage.LAST_STAGE_PAIR).build()));

    assertThat(run.getPhase())
        .as(run.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getStagesList())
        .extracting(StageProgress::getStage)
        .containsExactly(
            Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_PAIR, Stage.STAGE_EXPORT);
    assertThat(run.getSummary().hasRelease()).isFalse();
    ExportSummary export = run.getSummary().getExport();
    assertThat(export.getSamples()).isEqualTo(TRAIN);
    assertThat(export.getPairs()).isPositive();
    assertThat(loadWithTrl(export.getUri()))
        .contains("samples " + export.getSamples() + " pairs " + export.getPairs())
        .contains("batch chosen, rejected of 2 pairs");
  }

  @Test
  void aCurationThatRunsAnewIsAnsweredByTheCache() throws Exception {
    WordProblems problems = shared.takeProblems();
    RunSpec spec =
        shared
            .spec("asked-once", shared.write(problems, "asked-once"))
            .setLastStage(LastStage.LAST_STAGE_CURATE)
            .build();
    CurationSummary first = finish(create(spec)).getSummary().getCuration();
    List<Integer> asked = asked(problems);
    CurationSummary second =
        finish(shared.runs().create(spec, Stage.STAGE_CURATE)).getSummary().getCuration();

    assertThat(first.getCache()).isEqualTo(CacheStatus.CACHE_STATUS_POPULATED);
    assertThat(second.getCache()).isEqualTo(CacheStatus.CACHE_STATUS_HIT);
    assertThat(second.getUsage().getCalls()).isZero();
    assertThat(second.getUsage().getCachedCalls()).isEqualTo(first.getUsage().getCalls());
    assertThat(second.getKept().getRows()).isEqualTo(first.getKept().getRows());
    assertThat(asked(problems)).isEqualTo(asked);
  }

  private List<Integer> asked(WordProblems problems) {
    return problems.problems().stream()
        .map(problem -> shared.model().asked(Question.EVALUATE, problem))
        .toList();
  }

  @Test
  void aKilledDriverAdoptsItsTrainerAndRepeatsNoStep() throws Exception {
    RunSpec.Builder spec = spec("killed-driver");
    spec.setSft(RunSpecs.training(20));
    Run run = create(spec.build());
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_SFT).getDone() >= 3);
    List<Long> trainers = stack.trainers().stream().map(ProcessHandle::pid).toList();

    stack.kill("driver");
    Run finished = finish(run, Stage.STAGE_SFT);

    assertThat(trainers).hasSize(1);
    assertThat(finished.getSummary().getSft().getSteps()).isEqualTo(20L * TRAIN / 4);
    // The same actor continued: nothing was loaded again.
    assertThat(finished.getSummary().getSft().getResumedFromStep()).isZero();
    assertThat(metrics()).contains("retort_trainer_adoptions_total");
  }

  @Test
  void aKilledTrainerResumesFromItsLastCheckpoint() throws Exception {
    RunSpec.Builder spec = spec("killed-trainer");
    spec.setSft(RunSpecs.training(30));
    Run run = create(spec.build());
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_SFT).getDone() >= 12);

    stack.trainers().forEach(ProcessHandle::destroyForcibly);
    Run finished = finish(run, Stage.STAGE_SFT);

    assertThat(finished.getSummary().getSft().getResumedFromStep()).isGreaterThanOrEqualTo(5);
    assertThat(finished.getSummary().getSft().getSteps()).isEqualTo(30L * TRAIN / 4);
  }

  @Test
  void aCancelledRunKeepsWhatItHasFinished() throws Exception {
    WordProblems problems = shared.takeProblems();
    ScriptedModel model = shared.model();
    model.holdAfter(TRAIN / 2);
    Run run = create(shared.spec("cancelled", shared.write(problems, "cancelled")).build());
    shared
        .runs()
        .await(run.getRunId(), live -> RunClient.stage(live, Stage.STAGE_CURATE).getDone() > 0);

    shared.runs().cancel(run.getRunId());
    model.release();
    Run finished = finish(run);

    assertThat(finished.getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(CurationRecordsOnDisk.of(stack, run.getRunId(), problems)).isNotEmpty();
    assertThatThrownBy(() -> shared.runs().cancel(run.getRunId()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            refused ->
                assertThat(refused.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION));
  }

  @Test
  void aJudgeThatRefusesTheKeyPausesTheRunUntilItIsMended() throws Exception {
    Path file = shared.write(shared.takeProblems(), "refused");
    ScriptedModel model = shared.model();
    model.refuseWith(HttpStatus.UNAUTHORIZED);
    try {
      Run run = create(shared.spec("refused", file).build());
      Run paused =
          shared.runs().await(run.getRunId(), live -> live.getPhase() == RunPhase.RUN_PHASE_PAUSED);

      assertThat(paused.getPause().getCategory())
          .isEqualTo(FailureCategory.FAILURE_CATEGORY_PLATFORM);
      assertThat(paused.getPause().getMessage())
          .contains("ENDPOINT_REFUSED", "401", "resumes automatically at", "retort runs resume");
      model.refuseWith(HttpStatus.OK);
      shared.runs().resume(run.getRunId());
      Run curated = finish(run, Stage.STAGE_CURATE);
      assertThat(curated.getSummary().getCuration().getRows()).isEqualTo(TRAIN);
    } finally {
      model.refuseWith(HttpStatus.OK);
    }
  }

  @Test
  void whatIsMissingIsRefusedBeforeARunExists() throws Exception {
    Path bare = Files.createDirectories(shared.folder().resolve("bare"));
    Files.copy(shared.folder().resolve("student/config.json"), bare.resolve("config.json"));
    RunSpec.Builder spec = shared.spec("missing", shared.folder().resolve("nowhere.jsonl"));
    spec.getStudentBuilder().setModel(bare.toString());

    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> create(spec.build()));

    assertThat(refusal.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(String.valueOf(StatusProto.fromThrowable(refusal)))
        .contains("data.train[0].path", "nowhere.jsonl", "student.model", "no tokenizer");
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
    RunSpec.Builder spec = shared.spec("gsm8k", data.resolve("gsm8k_train.jsonl"));
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
    return shared.spec(name, trainFile);
  }

  private Run create(RunSpec spec) {
    return shared.runs().create(spec);
  }

  private Run finish(Run run) {
    return shared.runs().finish(run);
  }

  private Run finish(Run run, Stage stage) {
    return shared.runs().finish(run, stage);
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

  /** Loads the data set by its card, and creates one batch of it as TRL's own trainer does. */
  private String loadWithTrl(String exportUri) throws IOException, InterruptedException {
    return TestStack.python(
        """
        import sys
        from datasets import load_dataset
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from trl import DPOConfig, DPOTrainer
        folder, student, output = sys.argv[1:]
        sft = load_dataset(folder, "sft", split="train", cache_dir=output)
        pairs = load_dataset(folder, "pairs", split="train", cache_dir=output)
        print("samples", len(sft), "pairs", len(pairs))
        assert [turn["role"] for turn in sft[0]["messages"]] == ["system", "user", "assistant"]
        assert min(pairs["beta"]) > 0
        trainer = DPOTrainer(
            model=AutoModelForCausalLM.from_pretrained(student),
            args=DPOConfig(output_dir=output, per_device_train_batch_size=2, use_cpu=True, report_to=[]),
            processing_class=AutoTokenizer.from_pretrained(student),
            train_dataset=pairs.select_columns(["prompt", "chosen", "rejected", "beta"]),
        )
        rows = next(iter(trainer.get_train_dataloader()))["input_ids"].shape[0]
        print("batch chosen, rejected of", rows // 2, "pairs")
        """,
        Path.of(URI.create(exportUri)).toString(),
        stack.home().resolve("student").toString(),
        Files.createTempDirectory(stack.home(), "trl-").toString());
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
