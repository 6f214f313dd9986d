package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.groups.Tuple.tuple;

import com.google.protobuf.Message;
import io.retort.answers.FastAnswerChecker;
import io.retort.failure.Failures;
import io.retort.store.Manifests;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.AnswerKind;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CompareRequest;
import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.Count;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.GeneratedSample;
import io.retort.v1.IngestSummary;
import io.retort.v1.LetterAccuracy;
import io.retort.v1.Manifest;
import io.retort.v1.ModelSpec;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.PassAtK;
import io.retort.v1.ProblemScore;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.retort.v1.ShardProgress;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationActivitiesImplTest {
  private static final int SAMPLES = 4;

  private final TestActivityEnvironment environment = TestActivityEnvironment.newInstance();
  private String root;
  private Store store;
  private EvaluationActivities activities;
  private ArtifactRef dataset;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    root = folder.toUri().toString();
    store = Store.open(root);
    environment.registerActivitiesImplementations(
        new EvaluationActivitiesImpl(store, new FastAnswerChecker()));
    activities = environment.newActivityStub(EvaluationActivities.class);
    dataset = commit("data", List.of(sample("a"), sample("b"), sample("c")));
  }

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void scoresEveryProblemAndWritesTheScoreBesideItsSamples() throws IOException {
    Score score = score(threeProblems(), 1, 2, 4);

    assertThat(score.getModel()).isEqualTo("stage-1");
    assertThat(score.getBenchmark()).isEqualTo("demo");
    assertThat(score.getProblems()).isEqualTo(3);
    assertThat(score.getSamples()).isEqualTo(SAMPLES);
    assertThat(score.getTemperature()).isEqualTo(0.6);
    assertThat(score.getDatasetSha256()).isEqualTo(dataset.getSha256());
    // 4, 1 and 0 of 4 right.
    assertThat(score.getPassAtKList()).extracting(PassAtK::getK).containsExactly(1, 2, 4);
    assertThat(score.getPassAtK(0).getValue()).isCloseTo(1.25 / 3, within(1e-12));
    assertThat(score.getPassAtK(1).getValue()).isCloseTo(1.5 / 3, within(1e-12));
    assertThat(score.getPassAtK(2).getValue()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(score.getPassAtKList())
        .allSatisfy(
            passAtK ->
                assertThat(passAtK.getValue()).isBetween(passAtK.getLow(), passAtK.getHigh()));
    assertThat(score.getCurveList()).extracting(PassAtK::getK).containsExactly(1, 2, 3, 4);
    assertThat(score.getCurve(3)).isEqualTo(score.getPassAtK(2));
    assertThat(score.getMajorityVote()).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(score.getConsAtKList()).extracting(PassAtK::getK).containsExactly(1, 2, 4);
    // Of b's six pairs (8, 7), (8, 9), (7, 8), (7, 9), (8, 8), (8, 9) three hold the right 7 in a
    // tie.
    assertThat(score.getConsAtK(1).getValue()).isCloseTo((1 + 0.25) / 3, within(1e-12));
    assertThat(score.getConsAtK(2).getValue()).isEqualTo(score.getMajorityVote());
    assertThat(score.getUndecided()).isEqualTo(2);
    assertThat(score.getTruncatedRatio()).isCloseTo(4.0 / 12, within(1e-12));
    assertThat(score.getOutcomes())
        .isEqualTo(
            OutcomeCounts.newBuilder()
                .setCorrect(5)
                .setWrong(1)
                .setTruncated(4)
                .setCheckerError(2)
                .build());
    assertThat(score.getProblemsExpected()).isEqualTo(3);
    ScoreRecord record = record();
    assertThat(record.getScore()).isEqualTo(score);
    assertThat(score.getSamplesManifest().getRows()).isEqualTo(score.getProblems() * 4);
    assertThat(score.getProblemsManifest().getSha256()).isEqualTo(score.getDatasetSha256());
    assertThat(record.getPassAtKList()).hasSize(4).isSorted();
    assertThat(record.getProblemsList())
        .extracting(ProblemScore::getSampleId)
        .containsExactly("a", "b", "c");
    assertThat(record.getProblems(2).getTruncated()).isEqualTo(4);
  }

  @Test
  void saysHowManyProblemsTheBenchmarkHas() throws IOException {
    Count lost = Count.newBuilder().setName("NO_ANSWER").setCount(2).build();
    ArtifactRef samples = commit("samples", threeProblems());

    Score score =
        activities
            .score(
                request(samples, 1).toBuilder()
                    .setProblems(IngestSummary.newBuilder().addQuarantineReasons(lost))
                    .build())
            .getScore();

    assertThat(score.getProblems()).isEqualTo(3);
    assertThat(score.getProblemsExpected()).isEqualTo(5);
    assertThat(score.getLostRowsList()).containsExactly(lost);
  }

  @Test
  void programsAreNotVotedOn() throws IOException {
    dataset =
        commit(
            "data",
            List.of(
                sample("a"),
                sample("b"),
                sample("c").toBuilder().setAnswerKind(AnswerKind.ANSWER_KIND_CODE).build()));

    Score score = score(threeProblems(), 1);

    assertThat(score.getConsAtKList()).isEmpty();
    assertThat(score.getMajorityVote()).isZero();
  }

  @Test
  void comparesTheModelsFromWhatScoringWrote() throws IOException {
    ArtifactRef samples = commit("samples", threeProblems());
    ArtifactRef others = commit("others", threeProblems());
    ScoreResponse base = activities.score(request(samples, 1).toBuilder().setModel("base").build());
    ScoreResponse stage1 = activities.score(request(others, 1));
    ScoreResponse stage2 =
        activities.score(request(others, 1).toBuilder().setModel("stage-2").build());
    RunContext.Builder run = request(samples, 1).getRun().toBuilder();
    run.getSpecBuilder()
        .getEvaluationBuilder()
        .addBenchmarks(BenchmarkSpec.newBuilder().setName("demo").setMargin(90));
    CompareRequest request =
        CompareRequest.newBuilder()
            .setRun(run)
            .addScores(base.getArtifact())
            .addScores(stage2.getArtifact())
            .build();

    // The one file holds the last score that was written to it.
    assertThat(stage1.getArtifact().getUri()).isEqualTo(stage2.getArtifact().getUri());
    assertThat(activities.compare(request).getComparisonsList())
        .singleElement()
        .satisfies(
            comparison -> {
              assertThat(comparison.getModel()).isEqualTo("stage-2");
              assertThat(comparison.getBaseline()).isEqualTo("base");
              assertThat(comparison.getDifference()).isZero();
              assertThat(comparison.getMargin()).isEqualTo(0.9);
              assertThat(comparison.getVerdict())
                  .isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE);
            });
  }

  @Test
  void comparesModelsOfTheSpecWithTheFirst() throws IOException {
    RunContext.Builder run = request(dataset, 1).getRun().toBuilder();
    CompareRequest.Builder request = CompareRequest.newBuilder();
    for (String model : List.of("smol", "base", "tuned")) {
      ArtifactRef samples = commit(model, threeProblems());
      run.getSpecBuilder().addModels(ModelSpec.newBuilder().setName(model));
      request.addScores(
          activities.score(request(samples, 1).toBuilder().setModel(model).build()).getArtifact());
    }

    assertThat(activities.compare(request.setRun(run).build()).getComparisonsList())
        .extracting(Comparison::getModel, Comparison::getBaseline)
        .containsExactly(tuple("base", "smol"), tuple("tuned", "smol"));
  }

  @Test
  void givesTheSameScoreAgain() throws IOException {
    Score first = score(threeProblems(), 1, 4);
    String written = read("samples/scores.json");

    assertThat(score(threeProblems(), 1, 4)).isEqualTo(first);
    assertThat(read("samples/scores.json")).isEqualTo(written);
  }

  @Test
  void tellsHowFarItIs() throws IOException {
    List<ShardProgress> heartbeats = new ArrayList<>();
    environment.setActivityHeartbeatListener(ShardProgress.class, heartbeats::add);

    score(threeProblems(), 1);

    assertThat(heartbeats).contains(ShardProgress.newBuilder().setTotal(12).build());
  }

  @Test
  void refusesAKLargerThanTheAnswersDrawn() {
    assertThat(failure(threeProblems(), 1, 5))
        .isEqualTo(
            Failures.of(
                FailureCategory.FAILURE_CATEGORY_USER,
                "K_TOO_LARGE",
                "evaluation.benchmarks[demo].k: 5 (expected: at most samples, 4)"));
  }

  @Test
  void refusesAProblemWithFewerSamplesThanAsked() {
    assertThat(failure(threeProblems().subList(0, 11), 1))
        .isEqualTo(missing("3 samples of problem c (expected: 4)"));
  }

  @Test
  void refusesAProblemThatWasNotAnswered() {
    assertThat(failure(threeProblems().subList(0, 8), 1))
        .isEqualTo(missing("2 problems (expected: 3)"));
  }

  @Test
  void refusesAProblemOfAnotherBenchmark() {
    List<GeneratedSample> samples = threeProblems();
    samples.set(11, samples.get(11).toBuilder().setSampleId("x").build());
    assertThat(failure(samples, 1))
        .isEqualTo(missing("problem x (expected: one of the benchmark)"));
  }

  @Test
  void refusesASampleDrawnTwiceOrBeyondThoseAsked() {
    List<GeneratedSample> twice = threeProblems();
    twice.set(3, twice.get(2));
    assertThat(failure(twice, 1)).isEqualTo(missing("index 2 of problem a was drawn twice"));

    List<GeneratedSample> beyond = threeProblems();
    beyond.set(3, beyond.get(3).toBuilder().setIndex(4).build());
    assertThat(failure(beyond, 1)).isEqualTo(missing("index 4 of problem a (expected: 0 to 3)"));
  }

  @Test
  void refusesSamplesThatAreNotThoseOfTheReference() throws IOException {
    ArtifactRef samples = commit("samples", threeProblems());
    Manifests.writePart(store, Store.resolve(root, "samples"), 0, threeProblems().subList(0, 4));

    assertThatThrownBy(() -> activities.score(request(samples, 1)))
        .extracting(Failures::fromThrowable)
        .satisfies(
            failure -> {
              assertThat(failure.getType()).isEqualTo("CORRUPT_ARTIFACT");
              assertThat(failure.getMessage()).contains("part-00000.jsonl.zst", "expected");
            });
  }

  @Test
  void lettersOfRotatedOptionsAreCountedAsShownAndVotedForAsOptions() throws IOException {
    List<GeneratedSample> samples = new ArrayList<>();
    for (String problem : List.of("a", "b", "c")) {
      for (int index = 0; index < SAMPLES; index++) {
        // The model always says B; the right option is the first, shown at A, D, C, B.
        String gold = String.valueOf("ADCB".charAt(index));
        samples.add(
            answer(problem, index, "B", gold.equals("B")).toBuilder()
                .setGold(gold)
                .setChoices(4)
                .setUnrotatedAnswer(String.valueOf("BCDA".charAt(index)))
                .build());
      }
    }
    Score score = score(samples, 1);

    assertThat(score.getLettersList())
        .extracting(
            LetterAccuracy::getLetter,
            LetterAccuracy::getSamples,
            LetterAccuracy::getCorrect,
            LetterAccuracy::getChosen)
        .containsExactly(
            tuple("A", 3L, 0L, 0L),
            tuple("B", 3L, 3L, 12L),
            tuple("C", 3L, 0L, 0L),
            tuple("D", 3L, 0L, 0L));
    // Four different options have one vote each, not one option four.
    assertThat(score.getMajorityVote()).isEqualTo(0.25);
    assertThat(record().getScore().getLettersList()).isEqualTo(score.getLettersList());
  }

  @Test
  void anOptionIsVotedForWhateverItsLetter() throws IOException {
    dataset = commit("data", List.of(choice("a"), choice("b"), choice("c")));
    List<GeneratedSample> samples = new ArrayList<>();
    for (String problem : List.of("a", "b", "c")) {
      for (int index = 0; index < SAMPLES; index++) {
        // The right option is the first, which the model says as A, as D and as B.
        String gold = String.valueOf("ADCB".charAt(index));
        String said = index < 2 ? gold : "B";
        samples.add(
            answer(problem, index, said, index < 2 || gold.equals("B")).toBuilder()
                .setGold(gold)
                .setChoices(4)
                .setUnrotatedAnswer(String.valueOf("AADA".charAt(index)))
                .build());
      }
    }

    Score score = score(samples, 1, SAMPLES);

    assertThat(score.getMajorityVote()).isEqualTo(1);
    assertThat(score.getConsAtK(0).getValue()).isEqualTo(0.75);
  }

  @Test
  void problemsWithErrataAreScoredWithAndWithoutThem() throws IOException {
    List<GeneratedSample> samples = new ArrayList<>();
    for (GeneratedSample sample : threeProblems()) {
      samples.add(
          sample.getSampleId().equals("c")
              ? sample.toBuilder().setErrata("wrong-tests").build()
              : sample);
    }
    Score score = score(samples, 1);

    assertThat(score.getPassAtK(0).getValue()).isCloseTo(1.25 / 3, within(1e-12));
    assertThat(score.getWithoutErrata().getProblems()).isEqualTo(2);
    assertThat(score.getWithoutErrata().getPassAtK(0).getValue())
        .isCloseTo(1.25 / 2, within(1e-12));
    assertThat(score.getWithoutErrata().getLeftOutList())
        .containsExactly(Count.newBuilder().setName("wrong-tests").setCount(1).build());
    assertThat(score(threeProblems(), 1).hasWithoutErrata()).isFalse();
  }

  @Test
  void aScoreTellsWhatWasAskedAndHow() throws IOException {
    ScoreRequest request = request(commit("samples", threeProblems()), 1);
    Score score =
        activities
            .score(
                request.toBuilder()
                    .setBenchmark(
                        request.getBenchmark().toBuilder().setTemperature(0.2).setRedacted(true))
                    .setProblems(
                        IngestSummary.newBuilder()
                            .addRevisions("hf://datasets/o/n@c")
                            .setContentSha256("cafe"))
                    .build())
            .getScore();

    assertThat(score.getTemperature()).isEqualTo(0.2);
    assertThat(score.getRedacted()).isTrue();
    assertThat(score.getRevisionsList()).containsExactly("hf://datasets/o/n@c");
    assertThat(score.getContentSha256()).isEqualTo("cafe");
  }

  private static List<GeneratedSample> threeProblems() {
    List<GeneratedSample> samples = new ArrayList<>();
    for (int index = 0; index < SAMPLES; index++) {
      samples.add(answer("a", index, "7", true));
    }
    samples.add(answer("b", 0, "8", false));
    samples.add(answer("b", 1, "7", true));
    samples.add(answer("b", 2, "8", false).toBuilder().setUndecided(true).build());
    samples.add(answer("b", 3, "9", false).toBuilder().setUndecided(true).build());
    for (int index = 0; index < SAMPLES; index++) {
      samples.add(answer("c", index, "", false).toBuilder().setTruncated(true).build());
    }
    return samples;
  }

  private static GeneratedSample answer(String problem, int index, String text, boolean correct) {
    return GeneratedSample.newBuilder()
        .setSampleId(problem)
        .setIndex(index)
        .setAnswer(text)
        .setCorrect(correct)
        .build();
  }

  private static Sample choice(String id) {
    return sample(id).toBuilder().setAnswerKind(AnswerKind.ANSWER_KIND_CHOICE).build();
  }

  private static Sample sample(String id) {
    return Sample.newBuilder().setId(id).build();
  }

  private Score score(List<GeneratedSample> samples, Integer... ks) throws IOException {
    return activities.score(request(commit("samples", samples), ks)).getScore();
  }

  private Failure failure(List<GeneratedSample> samples, Integer... ks) {
    try {
      return org.junit.jupiter.api.Assertions.fail("score: " + score(samples, ks));
    } catch (io.temporal.failure.ActivityFailure e) {
      return Failures.fromThrowable(e);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Failure missing(String what) {
    return Failures.of(
        FailureCategory.FAILURE_CATEGORY_PLATFORM, "SAMPLES_MISSING", "benchmark demo: " + what);
  }

  private ScoreRequest request(ArtifactRef samples, Integer... ks) {
    return ScoreRequest.newBuilder()
        .setRun(
            RunContext.newBuilder()
                .setRunId("run")
                .setSpec(
                    RunSpec.newBuilder()
                        .setSeed(17)
                        .setEvaluation(EvaluationSpec.newBuilder().setTemperature(0.6))))
        .setModel("stage-1")
        .setBenchmark(
            BenchmarkSpec.newBuilder().setName("demo").setSamples(SAMPLES).addAllK(List.of(ks)))
        .setDataset(dataset)
        .setSamples(samples)
        .build();
  }

  private ArtifactRef commit(String name, List<? extends Message> rows) throws IOException {
    String folder = Store.resolve(root, name);
    return Manifests.commit(
        store,
        folder,
        Manifest.newBuilder().addParts(Manifests.writePart(store, folder, 0, rows)).build());
  }

  private ScoreRecord record() throws IOException {
    return (ScoreRecord)
        ProtoJson.parse(read("samples/scores.json"), ScoreRecord.newBuilder(), "scores.json");
  }

  private String read(String path) throws IOException {
    try (InputStream input = store.read(Store.resolve(root, path))) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
