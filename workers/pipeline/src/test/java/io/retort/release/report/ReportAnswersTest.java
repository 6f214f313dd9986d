package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.GeneratedSample;
import io.retort.v1.Manifest;
import io.retort.v1.Run;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportAnswersTest {
  private static final String SECRET = "what only the gated file may tell";

  private String root;
  private Store store;
  private final AtomicInteger heartbeats = new AtomicInteger();

  @BeforeEach
  void open(@TempDir Path folder) {
    root = folder.toUri().toString();
    store = Store.open(root);
  }

  @Test
  void takesTheFirstOfEachOutcomeWithTheirProblems() throws IOException {
    List<GeneratedSample> samples = new ArrayList<>();
    for (int index = 0; index < 600; index++) {
      samples.add(
          sample(index % 50, index)
              .setOutcome(
                  index == 599
                      ? SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR
                      : SampleOutcome.SAMPLE_OUTCOME_WRONG)
              .build());
    }

    ReportAnswers answers = read(score(samples, false));

    assertThat(answers.answers())
        .filteredOn(answer -> answer.outcome() == SampleOutcome.SAMPLE_OUTCOME_WRONG)
        .hasSize(ReportAnswers.OF_AN_OUTCOME);
    assertThat(answers.answers())
        .filteredOn(answer -> answer.outcome() == SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR)
        .singleElement()
        .satisfies(answer -> assertThat(answer.sample().getIndex()).isEqualTo(599));
    assertThat(answers.problems()).hasSize(11).containsKey("p49");
    assertThat(heartbeats).hasPositiveValue();
  }

  @Test
  void readsNothingOfARedactedBenchmarkIn() throws IOException {
    List<GeneratedSample> samples = List.of(sample(0, 0).build());

    ReportAnswers byScore = read(score(samples, true));
    ReportAnswers bySample =
        read(score(List.of(samples.get(0).toBuilder().setRedacted(true).build()), false));

    for (ReportAnswers answers : List.of(byScore, bySample)) {
      assertThat(answers.answers()).singleElement().extracting("redacted").isEqualTo(true);
      assertThat(answers.problems()).isEmpty();
      assertThat(answers.toString()).doesNotContain(SECRET);
      assertThat(EmbeddedJson.of(AnswerViews.data(answers))).doesNotContain(SECRET);
    }
  }

  @Test
  void readsADatasetOnceForAllModelsAndNoFurtherThanWanted() throws IOException {
    Score base = score(List.of(sample(2, 0).build()), false);
    Run.Builder run = Run.newBuilder();
    run.getSummaryBuilder().addScores(base).addScores(base.toBuilder().setModel("stage-2"));

    ReportAnswers answers = ReportAnswers.read(store, run.build(), heartbeats::incrementAndGet);

    assertThat(answers.answers()).hasSize(2);
    assertThat(answers.problems()).containsOnlyKeys("p2");
    assertThat(heartbeats).as("an answer of each model, and three problems").hasValue(2 + 3);
  }

  @Test
  void scoresThatDoNotTellWhereTheirSamplesLieHaveNone() throws IOException {
    assertThat(read(Score.newBuilder().setModel("base").build())).isEqualTo(ReportAnswers.none());
  }

  private ReportAnswers read(Score score) throws IOException {
    Run.Builder run = Run.newBuilder();
    run.getSummaryBuilder().addScores(score);
    return ReportAnswers.read(store, run.build(), heartbeats::incrementAndGet);
  }

  private Score score(List<GeneratedSample> samples, boolean redacted) throws IOException {
    List<Sample> problems = new ArrayList<>();
    for (int problem = 0; problem < 50; problem++) {
      problems.add(
          Sample.newBuilder().setId("p" + problem).setProblem(SECRET).addChoices(SECRET).build());
    }
    return Score.newBuilder()
        .setModel("base")
        .setBenchmark("gated")
        .setRedacted(redacted)
        .setSamplesManifest(commit("samples", samples))
        .setProblemsManifest(commit("problems", problems))
        .build();
  }

  private static GeneratedSample.Builder sample(int problem, int index) {
    return GeneratedSample.newBuilder()
        .setSampleId("p" + problem)
        .setIndex(index)
        .setText(SECRET)
        .setAnswer(SECRET)
        .setGold(SECRET)
        .setReason(SECRET);
  }

  private ArtifactRef commit(String folder, List<? extends Message> rows) throws IOException {
    String uri = Store.resolve(root, folder);
    return Manifests.commit(
        store,
        uri,
        Manifest.newBuilder().addParts(Manifests.writePart(store, uri, 0, rows)).build());
  }
}
