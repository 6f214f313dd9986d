package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.spec.SpecReader;
import io.retort.store.StoredMessages;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.ModelSpec;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.temporal.api.common.v1.Payloads;
import io.temporal.common.converter.DefaultDataConverter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that evaluate models and train none, as the control plane launches them. */
final class EvaluationLaunchTest {
  private static final String SPEC =
      "name: eval\nmodels: [{model: /models/Smol}, {name: best, model: 'registry:smol:best'}]\n"
          + "evaluation: {benchmarks: [{name: own, source: {path: /own.jsonl}}]}";

  private static Path store = Path.of("");
  private static ControlHarness control;

  @BeforeAll
  static void start(@TempDir Path folder) {
    store = folder;
    control = new ControlHarness(folder);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void isARunLikeAnyOther() throws Exception {
    Run run = create(SpecReader.read(SPEC));

    assertThat(run.getRunId()).startsWith("eval-");
    assertThat(run.getSpec().getModelsList())
        .extracting(ModelSpec::getName)
        .containsExactly("smol", "best");
    assertThat(run.getSpec().hasData()).isFalse();
    assertThat(control.awaitEnd(run.getRunId()).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(
            control
                .api
                .retrainRun(RetrainRunRequest.newBuilder().setRunId(run.getRunId()).build())
                .getRun()
                .getSpec())
        .isEqualTo(run.getSpec());
  }

  @Test
  void trainsNothingBeside() throws Exception {
    RunSpec spec = SpecReader.read(SPEC + "\ndata: {train: [{path: /a.jsonl}]}");

    assertThatThrownBy(() -> create(spec))
        .hasMessageContaining("data: set (expected: not set beside models");
  }

  @Test
  void aRescoredRunKeepsItsCommitsAndVersions() throws Exception {
    Run.Builder evaluated =
        Run.newBuilder()
            .setRunId("eval-20250101-aaaaaa")
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .setSpec(SpecReader.read(SPEC));
    evaluated
        .getSummaryBuilder()
        .addModels(model("smol", "/models/Smol", ""))
        .addModels(model("best", "registry:smol:best", "registry:smol:v3"))
        .addScores(Score.getDefaultInstance());
    keep(evaluated.build());

    Run rescored = rescore(evaluated.getRunId());

    assertThat(rescored.getOriginRunId()).isEqualTo(evaluated.getRunId());
    assertThat(rescored.getSpec().getModelsList())
        .extracting(ModelSpec::getName, ModelSpec::getModel)
        .containsExactly(tuple("smol", "/models/Smol"), tuple("best", "registry:smol:v3"));
    RunRequest request = started(rescored.getRunId());
    assertThat(request.getRescores()).isTrue();
    assertThat(request.getFreshStagesList()).containsExactly(Stage.STAGE_EVALUATE);
  }

  @Test
  void theSameRequestIdNamesARetrainAndARescoreApart() throws Exception {
    Run.Builder evaluated =
        Run.newBuilder()
            .setRunId("eval-20250101-bbbbbb")
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .setSpec(SpecReader.read(SPEC));
    evaluated.getSummaryBuilder().addScores(Score.getDefaultInstance());
    keep(evaluated.build());
    RetrainRunRequest retrain =
        RetrainRunRequest.newBuilder().setRunId(evaluated.getRunId()).setRequestId("again").build();
    RetrainRunRequest rescore = retrain.toBuilder().setRescore(true).build();

    String retrained = control.api.retrainRun(retrain).getRun().getRunId();
    String rescored = control.api.retrainRun(rescore).getRun().getRunId();

    assertThat(rescored).isNotEqualTo(retrained);
    assertThat(control.api.retrainRun(retrain).getRun().getRunId()).isEqualTo(retrained);
    assertThat(control.api.retrainRun(rescore).getRun().getRunId()).isEqualTo(rescored);
    keep(evaluated.setRunId("eval-20250101-cccccc").build());
    assertThatThrownBy(
            () ->
                control.api.retrainRun(
                    retrain.toBuilder().setRunId("eval-20250101-cccccc").build()))
        .hasMessageContaining("again");
  }

  @Test
  void onlyWhatWasScoredIsRescored() throws Exception {
    Run run = create(SpecReader.read(SPEC));

    assertThatThrownBy(() -> rescore(run.getRunId()))
        .hasMessageContaining("has no scores (expected: a run whose evaluation has ended)");
  }

  private static void keep(Run run) throws IOException {
    Path file = store.resolve("runs/" + run.getRunId() + "/run.json");
    Files.createDirectories(file.getParent());
    Files.write(file, StoredMessages.bytes(run));
  }

  private static Run rescore(String runId) {
    return control
        .api
        .retrainRun(RetrainRunRequest.newBuilder().setRunId(runId).setRescore(true).build())
        .getRun();
  }

  private static RunRequest started(String runId) throws Exception {
    Payloads input =
        control
            .temporal()
            .fetchHistory(runId)
            .getHistory()
            .getEvents(0)
            .getWorkflowExecutionStartedEventAttributes()
            .getInput();
    return DefaultDataConverter.STANDARD_INSTANCE.fromPayloads(
        0, Optional.of(input), RunRequest.class, RunRequest.class);
  }

  private static EvaluatedModel model(String name, String model, String pinned) {
    return EvaluatedModel.newBuilder().setName(name).setModel(model).setPinnedUri(pinned).build();
  }

  private static Run create(RunSpec spec) {
    return control.api.createRun(CreateRunRequest.newBuilder().setSpec(spec).build()).getRun();
  }
}
