package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.layout.RunLayout;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.Comparison;
import io.retort.v1.DataSource;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.FlipSummary;
import io.retort.v1.GeneratedSample;
import io.retort.v1.Manifest;
import io.retort.v1.ModelSpec;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.VerdictFlip;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Models that are evaluated without training, on the whole stack. */
@Timeout(600)
@ExtendWith(SharedStack.Resolver.class)
@TestMethodOrder(MethodOrderer.Random.class)
final class EvaluationTest {
  private final SharedStack shared;

  EvaluationTest(SharedStack shared) {
    this.shared = shared;
  }

  @Test
  void aFolderAndAVersionOfTheRegistryAreEvaluatedSideBySideAndGradedAnew() throws Exception {
    Path student = shared.stack().home().resolve("student");
    publish(student);
    RunSpec spec =
        RunSpec.newBuilder()
            .setName("side")
            .setSeed(7)
            .addModels(ModelSpec.newBuilder().setName("tiny").setModel(student.toString()))
            .addModels(ModelSpec.newBuilder().setName("kept").setModel("registry:evaluated:v1"))
            .setEvaluation(
                EvaluationSpec.newBuilder()
                    .addBenchmarks(
                        BenchmarkSpec.newBuilder()
                            .setName("unseen")
                            .setSamples(2)
                            .setMaxNewTokens(8)
                            .setSource(
                                DataSource.newBuilder().setPath(shared.unseen().toString()))))
            .build();

    Run run = finish(shared.runs().create(spec));
    assertThat(run.getStagesList())
        .extracting(StageProgress::getStage)
        .containsExactly(Stage.STAGE_EVALUATE);
    assertThat(run.getSummary().getScoresList())
        .extracting(Score::getModel)
        .containsExactly("tiny", "kept");
    assertThat(run.getSummary().getComparisonsList())
        .singleElement()
        .extracting(Comparison::getDifference)
        .as("they are the same model")
        .isEqualTo(0.0);
    assertThat(run.getSummary().getModels(1).getPinnedUri()).isEqualTo("registry:evaluated:v1");
    assertThat(Files.readString(Path.of(URI.create(run.getSummary().getReportUri()))))
        .contains("kept against tiny on unseen");
    assertThat(RunClient.hits(finish(shared.runs().create(spec))))
        .containsExactly(Stage.STAGE_EVALUATE);

    VerdictFlip expected = gradeAsAnOlderChecker(run);
    Run rescored =
        finish(
            shared
                .stack()
                .runs()
                .retrainRun(
                    RetrainRunRequest.newBuilder()
                        .setRunId(run.getRunId())
                        .setRescore(true)
                        .build())
                .getRun());
    FlipSummary flips = rescored.getSummary().getFlips();
    assertThat(RunClient.hits(rescored)).isEmpty();
    assertThat(flips.getFirstList()).containsExactly(expected);
    assertThat(flips.getCompared())
        .as("two models, two answers to each problem")
        .isEqualTo(run.getStages(0).getDone());
  }

  /** Copies the folder to where a published version is. */
  private void publish(Path student) throws IOException {
    Path version = shared.stack().store().resolve("models/evaluated/versions/1");
    Files.createDirectories(version);
    try (java.util.stream.Stream<Path> files = Files.list(student)) {
      for (Path file : files.toList()) {
        Files.copy(file, version.resolve(file.getFileName()));
      }
    }
    Files.writeString(version.resolve("provenance.json"), "{}");
  }

  /** Turns one stored verdict around, and returns the flip that grading anew has to find. */
  private VerdictFlip gradeAsAnOlderChecker(Run run) throws IOException {
    String storeUri = shared.stack().store().toUri().toString().replaceFirst("/$", "");
    Store store = Store.open(storeUri);
    String folder = new RunLayout(storeUri, run.getRunId()).evaluation("kept", "unseen");
    ArtifactRef manifest = Manifests.reference(store, folder);
    List<GeneratedSample> samples = new ArrayList<>();
    Manifests.<GeneratedSample>forEachRow(
        store, manifest, GeneratedSample::newBuilder, samples::add);
    GeneratedSample graded = samples.get(1);
    samples.set(
        1, graded.toBuilder().setOutcome(SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR).build());
    ArtifactRef unused =
        Manifests.commit(
            store,
            folder,
            Manifest.newBuilder().addParts(Manifests.writePart(store, folder, 0, samples)).build());
    return VerdictFlip.newBuilder()
        .setModel("kept")
        .setBenchmark("unseen")
        .setSampleId(graded.getSampleId())
        .setIndex(graded.getIndex())
        .setBefore(SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR)
        .setAfter(graded.getOutcome())
        .setAnswerBefore(graded.getAnswer())
        .setAnswerAfter(graded.getAnswer())
        .build();
  }

  private Run finish(Run run) {
    Run finished = shared.runs().finish(run);
    assertThat(finished.getPhase())
        .as(finished.getFailure().toString())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    return finished;
  }
}
