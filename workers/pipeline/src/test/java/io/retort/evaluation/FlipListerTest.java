package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.layout.RunLayout;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.FlipCount;
import io.retort.v1.FlipSummary;
import io.retort.v1.GeneratedSample;
import io.retort.v1.Manifest;
import io.retort.v1.Run;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.VerdictFlip;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlipListerTest {
  private String root = "";
  private Store store;

  @BeforeEach
  void open(@TempDir Path folder) {
    root = folder.toUri().toString().replaceFirst("/$", "");
    store = Store.open(root);
  }

  @Test
  void listsWhatIsJudgedOtherwiseWithTheSameText() throws IOException {
    write("old", "one", wrong("a", 0, "1/2", "0.5"), wrong("a", 1, "no"), correct("b", 0, "7"));
    write(
        "new",
        "one",
        correct("b", 0, "7"),
        correct("a", 0, "1/2", "1/2"),
        wrong("a", 1, "no").toBuilder()
            .setOutcome(SampleOutcome.SAMPLE_OUTCOME_CHECKER_ERROR)
            .build());
    write("old", "two", correct("a", 0, "2"));
    write("new", "two", wrong("a", 0, "2"));

    FlipSummary flips = list(run("one", "two"));

    assertThat(flips.getRunId()).isEqualTo("old");
    assertThat(flips.getCompared()).isEqualTo(4);
    assertThat(flips.getFlipped()).isEqualTo(3);
    assertThat(flips.getNotCompared()).isZero();
    assertThat(flips.getCountsList())
        .containsExactly(
            count("one", "WRONG", "CORRECT"),
            count("one", "WRONG", "CHECKER_ERROR"),
            count("two", "CORRECT", "WRONG"));
    assertThat(flips.getFirst(0))
        .isEqualTo(
            VerdictFlip.newBuilder()
                .setModel("one")
                .setBenchmark("math")
                .setSampleId("a")
                .setBefore(SampleOutcome.SAMPLE_OUTCOME_WRONG)
                .setAfter(SampleOutcome.SAMPLE_OUTCOME_CORRECT)
                .setAnswerBefore("0.5")
                .setAnswerAfter("1/2")
                .build());
    assertThat(stored(flips)).isEqualTo(flips.getFirstList());
  }

  @Test
  void anotherTextAndAnswersOfOneRunAloneAreNotCompared() throws IOException {
    write("old", "one", wrong("a", 0, "x"), correct("gone", 0, "7"));
    write("new", "one", correct("a", 0, "y"), correct("a", 1, "z"));
    write("new", "two", correct("a", 0, "z"));

    FlipSummary flips = list(run("one", "two"));

    assertThat(flips).isEqualTo(FlipSummary.newBuilder().setRunId("old").setNotCompared(3).build());
  }

  @Test
  void showsTheFirstOfManyAndNothingOfWhatIsRedacted() throws IOException {
    List<GeneratedSample> before = new ArrayList<>();
    List<GeneratedSample> after = new ArrayList<>();
    for (int index = 0; index < 30; index++) {
      before.add(wrong("a", index, "t"));
      after.add(correct("a", index, "t"));
    }
    write("old", "one", before.toArray(GeneratedSample[]::new));
    write("new", "one", after.toArray(GeneratedSample[]::new));
    Run.Builder run = run("one").toBuilder();
    run.getSummaryBuilder().getScoresBuilder(0).setRedacted(true);

    FlipSummary flips = list(run.build());

    assertThat(flips.getFlipped()).isEqualTo(30);
    assertThat(flips.getFirstList())
        .hasSize(20)
        .allSatisfy(flip -> assertThat(flip.getAnswerBefore() + flip.getAnswerAfter()).isEmpty());
    assertThat(stored(flips)).hasSize(30);
  }

  @Test
  void readsTheAnswersOfTheRunThatMadeThem() throws IOException {
    write("maker", "one", wrong("a", 0, "t"));
    write("new", "one", correct("a", 0, "t"));
    Run old =
        Run.newBuilder()
            .setRunId("old")
            .addStages(
                StageProgress.newBuilder().setStage(Stage.STAGE_EVALUATE).setMadeByRunId("maker"))
            .build();
    byte[] record = StoredMessages.bytes(old);
    store.write(
        Store.resolve(new RunLayout(root, "old").run(), "run.json"),
        output -> output.write(record));

    assertThat(list(run("one")).getFlipped()).isEqualTo(1);
  }

  private FlipSummary list(Run run) throws IOException {
    return new FlipLister(store, root, () -> {}).list(run);
  }

  private List<VerdictFlip> stored(FlipSummary flips) throws IOException {
    List<VerdictFlip> stored = new ArrayList<>();
    Manifests.<VerdictFlip>forEachRow(
        store, flips.getFlips(), VerdictFlip::newBuilder, stored::add);
    return stored;
  }

  private void write(String runId, String model, GeneratedSample... samples) throws IOException {
    String folder = new RunLayout(root, runId).evaluation(model, "math");
    Manifests.commit(
        store,
        folder,
        Manifest.newBuilder()
            .addParts(Manifests.writePart(store, folder, 0, List.of(samples)))
            .build());
  }

  private static Run run(String... models) {
    Run.Builder run = Run.newBuilder().setRunId("new").setOriginRunId("old");
    for (String model : models) {
      run.getSummaryBuilder().addScores(Score.newBuilder().setModel(model).setBenchmark("math"));
    }
    return run.build();
  }

  private static GeneratedSample correct(String problem, int index, String text) {
    return correct(problem, index, text, "answer");
  }

  private static GeneratedSample correct(String problem, int index, String text, String answer) {
    return sample(problem, index, text, answer, SampleOutcome.SAMPLE_OUTCOME_CORRECT);
  }

  private static GeneratedSample wrong(String problem, int index, String text) {
    return wrong(problem, index, text, "answer");
  }

  private static GeneratedSample wrong(String problem, int index, String text, String answer) {
    return sample(problem, index, text, answer, SampleOutcome.SAMPLE_OUTCOME_WRONG);
  }

  private static GeneratedSample sample(
      String problem, int index, String text, String answer, SampleOutcome outcome) {
    return GeneratedSample.newBuilder()
        .setSampleId(problem)
        .setIndex(index)
        .setText(text)
        .setAnswer(answer)
        .setOutcome(outcome)
        .build();
  }

  private static FlipCount count(String model, String before, String after) {
    return FlipCount.newBuilder()
        .setModel(model)
        .setBenchmark("math")
        .setBefore(SampleOutcome.valueOf("SAMPLE_OUTCOME_" + before))
        .setAfter(SampleOutcome.valueOf("SAMPLE_OUTCOME_" + after))
        .setCount(1)
        .build();
  }
}
