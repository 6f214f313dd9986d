package io.retort.curation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.answers.FastAnswerChecker;
import io.retort.judge.client.JudgeClient;
import io.retort.judge.client.ScriptedJudge;
import io.retort.layout.RunLayout;
import io.retort.pipeline.ActivityFailures;
import io.retort.rows.RowStageActivities;
import io.retort.rows.RowStageActivitiesImpl;
import io.retort.rows.ShardRecords;
import io.retort.rows.TestEngine;
import io.retort.run.FilledSpecs;
import io.retort.store.DataRoots;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.student.TokenCounter;
import io.retort.v1.AnswerKind;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CacheMode;
import io.retort.v1.CacheStatus;
import io.retort.v1.Count;
import io.retort.v1.CurationFlow;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.CurationSpec;
import io.retort.v1.CurationSummary;
import io.retort.v1.DescribeResponse;
import io.retort.v1.Difficulty;
import io.retort.v1.DifficultySignal;
import io.retort.v1.FailureCategory;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.ImproveRequest;
import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeSpec;
import io.retort.v1.Manifest;
import io.retort.v1.ModelPrice;
import io.retort.v1.RoleSpec;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import io.retort.v1.Usage;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CurationStageTest {
  /** Ten prompt tokens and five of the answer, by the prices of {@link #priced}. */
  private static final double COST_OF_A_CALL = 1;

  /** Problem of control questions. */
  private static final String CONTROL = "What is 1 + 1?";

  private static final Sample EGGS =
      sample("Sold 48, then 24. Total?", "Half is 24.\n48 + 24 = 72", "72");

  private final ScriptedJudge script = ScriptedJudge.start();
  private final TestEngine engine = new TestEngine();
  private final JudgeClient judge =
      JudgeClient.connect(script.address(), Duration.ofSeconds(30), engine.executor);
  private String runId = "run-1";
  private Path folder;
  private Store store;
  private TestActivityEnvironment environment;
  private RowStageActivities activities;

  @BeforeEach
  void start(@TempDir Path temporary) {
    folder = temporary;
    store = Store.open(storeUri());
    startWorker();
  }

  /** As another process would go on. */
  private void restart() {
    environment.close();
    startWorker();
  }

  private void startWorker() {
    environment = TestActivityEnvironment.newInstance();
    environment.registerActivitiesImplementations(
        new RowStageActivitiesImpl(
            store,
            judge,
            engine.engine,
            DataRoots.all(),
            new CurationStage(
                store, new FastAnswerChecker(), TokenCounter.none(), DataRoots.all())));
    activities = environment.newActivityStub(RowStageActivities.class);
  }

  @AfterEach
  void stop() {
    environment.close();
    judge.close();
    script.close();
    engine.close();
  }

  @Test
  void mediumAndSoundOriginalIsRetained() throws IOException {
    CurationRecord record = curateOne(EGGS, judged());

    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_RETAINED);
    assertThat(record.getChain()).isEqualTo(EGGS.getChain());
    assertThat(record.getSample()).isEqualTo(EGGS);
    assertThat(record.getRounds(0).getValidation().getAnswerCorrect()).isTrue();
    assertThat(record.getRounds(0).getValidation().getSound()).isTrue();
    assertThat(record.getUsage().getCalls()).as("evaluate, validate").isEqualTo(2);
    assertThat(record.getUsage().getPromptTokens()).isEqualTo(20);
  }

  @Test
  void hardChainIsImprovedWithItsCritiqueUntilItIsMedium() throws IOException {
    script.evaluate =
        request ->
            request.getChain().contains("clearly")
                ? Difficulty.DIFFICULTY_MEDIUM
                : Difficulty.DIFFICULTY_HARD;
    script.improve =
        request ->
            script.improved.size() == 1
                ? "So 48 + 24 = 72 eggs"
                : "Add clearly:\n\n48 + 24 = 72\n\nThe answer is \\boxed{72}.";

    CurationRecord record = curateOne(EGGS, judged());

    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_IMPROVED);
    assertThat(record.getChain()).isEqualTo("Add clearly:\n\n48 + 24 = 72");
    assertThat(record.getRoundsList()).extracting(CurationRound::getRound).containsExactly(0, 1, 2);
    ImproveRequest first = script.improved.peek();
    assertThat(first).isNotNull();
    assertThat(first.getVerdict().getDifficulty()).isEqualTo(Difficulty.DIFFICULTY_HARD);
    assertThat(first.getVerdict().getCritique()).isEqualTo("scripted critique");
    assertThat(script.improved)
        .extracting(ImproveRequest::getChain)
        .containsExactly(EGGS.getChain(), "So 48 + 24 = 72 eggs");
  }

  @Test
  void chainThatStaysHardIsRejectedAfterTheRoundsAreUsedUp() throws IOException {
    script.evaluate = request -> Difficulty.DIFFICULTY_HARD;
    script.improve = request -> request.getChain() + " again 72";

    CurationRecord record = curateOne(EGGS, judged());

    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_REJECTED);
    assertThat(record.getReason()).isEqualTo("STILL_HARD");
    assertThat(record.getRoundsCount()).isEqualTo(4);
    assertThat(record.getChain()).isEmpty();
  }

  @Test
  void wrongOriginalIsRejectedBeforeAnyCall() throws IOException {
    Sample wrong = sample("Sold 48, then 24. Total?", "48 + 24 = 74", "72");

    CurationRecord record = curateOne(wrong, judged());

    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_REJECTED);
    assertThat(record.getReason()).isEqualTo("WRONG_ANSWER");
    assertThat(script.calls()).isZero();
  }

  @Test
  void wrongRewriteIsNotEvaluatedAndTheLastRightChainIsImprovedAgain() throws IOException {
    script.evaluate = request -> Difficulty.DIFFICULTY_SIMPLE;
    script.improve = request -> "48 + 24 = 74\n\n\\boxed{74}";

    CurationRecord record = curateOne(EGGS, judged());

    assertThat(record.getReason()).isEqualTo("WRONG_ANSWER");
    assertThat(script.evaluated).hasSize(1);
    assertThat(script.improved)
        .hasSize(3)
        .allSatisfy(request -> assertThat(request.getChain()).isEqualTo(EGGS.getChain()));
    assertThat(
            script.improved.stream().skip(1).findFirst().orElseThrow().getVerdict().getCritique())
        .contains("final answer: 74 (expected: 72)");
  }

  @Test
  void unsoundChainIsRejectedWithItsReason() throws IOException {
    script.validate = request -> false;

    CurationRecord record = curateOne(EGGS, judged());

    assertThat(record.getReason()).isEqualTo("UNSOUND");
    assertThat(script.improved)
        .allSatisfy(
            request -> assertThat(request.getVerdict().getCritique()).contains("scripted flaw"));
  }

  @Test
  void emptyChainIsRejected() throws IOException {
    assertThat(curateOne(sample("1+1?", "", "2"), judged()).getReason()).isEqualTo("EMPTY_CHAIN");
  }

  @Test
  void uselessAnswersQuarantineTheRow() throws IOException {
    for (String type : List.of("UNPARSED", "TRUNCATED", "EMPTY", "CONTEXT_LENGTH_EXCEEDED")) {
      Sample sample = sample("Sold, " + type, EGGS.getChain(), "72");
      script.evaluate =
          request -> {
            if (request.getProblem().equals(sample.getProblem())) {
              throw ScriptedJudge.useless(type);
            }
            return Difficulty.DIFFICULTY_MEDIUM;
          };

      CurationRecord record = curateOne(sample, judged());

      assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_QUARANTINED);
      assertThat(record.getReason()).isEqualTo(type);
      assertThat(record.getMessage()).isEqualTo("judge: scripted " + type);
      assertThat(record.getUsage()).isEqualTo(ScriptedJudge.USAGE_OF_A_CALL);
    }
  }

  @Test
  void followRateDecidesAndIsShownBesideTheLabel() throws IOException {
    script.evaluate = request -> Difficulty.DIFFICULTY_HARD;
    script.sampleAnswers =
        request ->
            request.getPartialChain().isEmpty() ? List.of("10", "11") : List.of("It is 72.", "7");

    CurationRecord record =
        curateOne(EGGS, spec(DifficultySignal.DIFFICULTY_SIGNAL_MEASURED, false));

    CurationRound round = record.getRounds(0);
    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_RETAINED);
    assertThat(round.getFollowRate().getFollowed()).isEqualTo(1);
    assertThat(round.getFollowRate().getSamples()).isEqualTo(2);
    assertThat(round.getFollowRate().getAlone()).isZero();
    assertThat(round.getMeasured()).isEqualTo(Difficulty.DIFFICULTY_MEDIUM);
    assertThat(round.getVerdict().getDifficulty()).isEqualTo(Difficulty.DIFFICULTY_HARD);
    assertThat(script.validated).as("llm_validation is off").isEmpty();
    assertThat(script.sampled)
        .extracting(SampleAnswersRequest::getPartialChain)
        .containsExactlyInAnyOrder("", "Half is 24.\n48 + 24 =");
    assertThat(script.sampled)
        .allSatisfy(
            request -> {
              assertThat(request.getContext().getEndpoint()).isEqualTo("student");
              assertThat(request.getContext().getMaxTokens()).isEqualTo(64);
              assertThat(request.getSamples()).isEqualTo(2);
            });
  }

  @Test
  void chainThatCannotBeFollowedIsImprovedByItsLength() throws IOException {
    script.sampleAnswers =
        request ->
            request.getPartialChain().contains("Step") ? List.of("72", "72") : List.of("1", "2");
    script.improve = request -> "Step by step:\n\n48 + 24 = 72";

    CurationRecord record = curateOne(EGGS, spec(DifficultySignal.DIFFICULTY_SIGNAL_BOTH, false));

    assertThat(record.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_IMPROVED);
    assertThat(record.getRounds(0).getMeasured())
        .as("the judge says MEDIUM; as long as the median counts as HARD")
        .isEqualTo(Difficulty.DIFFICULTY_HARD);
    assertThat(script.improved.element().getVerdict().getCritique()).contains("0 of 2 attempts");
    assertThat(script.sampled.stream().filter(request -> request.getPartialChain().isEmpty()))
        .as("the problem alone is sampled once")
        .hasSize(1);
  }

  @Test
  void bothSignalsMustSayMedium() throws IOException {
    script.evaluate = request -> Difficulty.DIFFICULTY_SIMPLE;
    script.sampleAnswers = request -> List.of("72", "72");

    CurationRecord record = curateOne(EGGS, spec(DifficultySignal.DIFFICULTY_SIGNAL_BOTH, false));

    assertThat(record.getReason()).isEqualTo("STILL_SIMPLE");
    assertThat(record.getRounds(0).getDifficulty()).isEqualTo(Difficulty.DIFFICULTY_SIMPLE);
  }

  @Test
  void measuringNeedsAStudentEndpoint() throws IOException {
    RunSpec spec =
        spec(DifficultySignal.DIFFICULTY_SIGNAL_MEASURED, true).toBuilder().clearStudent().build();
    ArtifactRef dataset = dataset(List.of(EGGS));

    assertThat(ActivityFailures.of(() -> activities.runShard(request(dataset, spec))).getType())
        .isEqualTo("USER/STUDENT_ENDPOINT_MISSING");
  }

  @Test
  void committedShardReturnsAtOnce() throws IOException {
    ArtifactRef dataset = dataset(eggs(5));

    assertThat(activities.runShard(request(dataset, judged())).getRows()).isEqualTo(5);
    int calls = script.calls();
    assertThat(activities.runShard(request(dataset, judged())).getRows()).isEqualTo(5);

    assertThat(script.calls()).isEqualTo(calls);
    assertThat(store.list(layout().curationShard(0)))
        .as("small parts are gone")
        .hasSize(2)
        .contains("manifest.json");
  }

  @Test
  void outageKeepsWhatIsFinishedAndTheRetryAsksOnlyForTheMissing() throws IOException {
    List<Sample> samples = eggs(30);
    ArtifactRef dataset = dataset(samples);
    script.evaluate =
        request -> {
          if (request.getProblem().endsWith("7") || request.getProblem().equals(CONTROL)) {
            throw Status.UNAVAILABLE.withDescription("endpoint is down").asRuntimeException();
          }
          return Difficulty.DIFFICULTY_MEDIUM;
        };

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, judged())));

    assertThat(failure.getType()).isEqualTo("PLATFORM/JUDGE_UNAVAILABLE");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(failure.getOriginalMessage()).contains("3 rows failed, 27 of 30 are kept");

    script.evaluated.clear();
    script.evaluate = request -> Difficulty.DIFFICULTY_MEDIUM;
    assertThat(activities.runShard(request(dataset, judged())).getRows()).isEqualTo(30);

    assertThat(script.evaluated)
        .hasSize(3)
        .allSatisfy(request -> assertThat(request.getProblem()).endsWith("7"));
    assertThat(records(0))
        .extracting(record -> record.getSample().getId())
        .as("in the shard's order")
        .isEqualTo(samples.stream().map(Sample::getId).toList());
  }

  @Test
  void rowThatTheEndpointNeverAnswersIsQuarantinedWithItsWords() throws IOException {
    List<Sample> samples = eggs(30);
    ArtifactRef dataset = dataset(samples);
    script.evaluate =
        request -> {
          if (request.getProblem().endsWith(" 7")) {
            throw ScriptedJudge.failure(
                Code.UNAVAILABLE, FailureCategory.FAILURE_CATEGORY_TIMEOUT, "ENDPOINT_TIMEOUT");
          }
          return Difficulty.DIFFICULTY_MEDIUM;
        };

    assertThat(activities.runShard(request(dataset, judged())).getRows()).isEqualTo(30);

    CurationRecord bad = records(0).get(7);
    assertThat(bad.getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_QUARANTINED);
    assertThat(bad.getReason()).isEqualTo("ENDPOINT_TIMEOUT");
    assertThat(bad.getMessage()).isEqualTo("judge: scripted ENDPOINT_TIMEOUT");
    assertThat(bad.getSample()).isEqualTo(samples.get(7));
    assertThat(finish(dataset).getRetained()).isEqualTo(29);
    assertThat(script.evaluated.stream().filter(request -> request.getProblem().endsWith(" 7")))
        .hasSize(3);
  }

  @Test
  void rowsThatTheEndpointRefusesAreQuarantinedWhereItAnswersOthers() throws IOException {
    ArtifactRef dataset = dataset(eggs(30));
    script.evaluate =
        request -> {
          if (request.getProblem().endsWith("7")) {
            throw refusal("BAD_REQUEST");
          }
          return Difficulty.DIFFICULTY_MEDIUM;
        };

    activities.runShard(request(dataset, judged()));

    CurationSummary summary = finish(dataset);
    assertThat(summary.getQuarantined()).isEqualTo(3);
    assertThat(counts(summary.getReasonsList())).isEqualTo(Map.of("BAD_REQUEST", 3L));
    assertThat(records(0).get(7).getMessage()).isEqualTo("judge: scripted BAD_REQUEST");
  }

  @Test
  void endpointThatRefusesEveryRowStoresNothingAndIsForAPersonToMend() throws IOException {
    ArtifactRef dataset = dataset(eggs(30));
    script.evaluate =
        request -> {
          throw refusal("BAD_REQUEST");
        };

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, judged())));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage())
        .contains("judge: scripted BAD_REQUEST", "RETORT_ENDPOINTS", "0 of 30 are kept");
    assertThat(store.list(layout().curationShard(0))).isEmpty();

    script.evaluate = request -> Difficulty.DIFFICULTY_MEDIUM;
    activities.runShard(request(dataset, judged()));
    assertThat(finish(dataset).getRetained()).as("goes on as if nothing were").isEqualTo(30);
  }

  @Test
  void methodThatIsRefusedForEveryRowIsNoRowsFaultThoughOthersAreAnswered() throws IOException {
    ArtifactRef dataset = dataset(eggs(6));
    script.validate =
        request -> {
          throw refusal("BAD_REQUEST");
        };

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, judged())));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
    assertThat(failure.getOriginalMessage()).contains("control question");
    assertThat(script.evaluated).hasSize(6);
  }

  @Test
  void committedShardShowsThatTheEndpointAnswers() throws IOException {
    ArtifactRef dataset = dataset(eggs(3), List.of(sample("odd", EGGS.getChain(), "72")));
    activities.runShard(request(dataset, judged()));
    restart();
    script.evaluate =
        request -> {
          if (request.getProblem().equals("odd")) {
            throw refusal("CONTENT_FILTERED");
          }
          return Difficulty.DIFFICULTY_MEDIUM;
        };

    activities.runShard(request(dataset, judged()).toBuilder().setShard(1).build());

    assertThat(records(1).get(0).getReason()).isEqualTo("CONTENT_FILTERED");
  }

  @Test
  void rateLimitsAreWaitedOut() throws IOException {
    ArtifactRef dataset = dataset(eggs(4));
    AtomicInteger refusals = new AtomicInteger();
    script.evaluate =
        request -> {
          if (request.getProblem().endsWith("1") && refusals.incrementAndGet() < 9) {
            throw ScriptedJudge.failure(
                Code.RESOURCE_EXHAUSTED,
                FailureCategory.FAILURE_CATEGORY_PLATFORM,
                "RATE_LIMITED",
                RetryInfo.newBuilder().setRetryDelay(Durations.fromMillis(3)).build());
          }
          return Difficulty.DIFFICULTY_MEDIUM;
        };

    activities.runShard(request(dataset, judged()));

    assertThat(refusals).hasValue(9);
    assertThat(finish(dataset).getRetained()).isEqualTo(4);
  }

  @Test
  void judgeThatIsDownQuarantinesNothing() throws IOException {
    ArtifactRef dataset = dataset(eggs(200));
    script.evaluate =
        request -> {
          throw Status.UNAVAILABLE.asRuntimeException();
        };

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, judged())));

    assertThat(failure.getType()).isEqualTo("PLATFORM/JUDGE_UNAVAILABLE");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(store.list(layout().curationShard(0))).isEmpty();
  }

  @Test
  void judgeThatNobodyListensAtIsUnavailable() throws IOException {
    script.close();
    ArtifactRef dataset = dataset(List.of(EGGS));

    assertThat(ActivityFailures.of(() -> activities.runShard(request(dataset, judged()))).getType())
        .isEqualTo("PLATFORM/JUDGE_UNAVAILABLE");
  }

  @Test
  void refusedKeyIsForAPersonToMend() throws IOException {
    ArtifactRef dataset = dataset(eggs(50));
    script.evaluate =
        request -> {
          throw ScriptedJudge.failure(
              Code.FAILED_PRECONDITION,
              FailureCategory.FAILURE_CATEGORY_PLATFORM,
              "ENDPOINT_REFUSED");
        };

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, judged())));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(script.evaluated.size()).isLessThan(50);
  }

  @Test
  void cancellationKeepsFinishedRows() throws Exception {
    ArtifactRef dataset = dataset(eggs(20));
    RunSpec oneByOne = withConcurrency(1);
    CountDownLatch release = new CountDownLatch(1);
    script.evaluate =
        request -> {
          if (script.evaluated.size() > 5) {
            await(release);
          }
          return Difficulty.DIFFICULTY_MEDIUM;
        };
    AtomicBoolean cancelled = new AtomicBoolean();
    environment.setActivityHeartbeatListener(
        ShardProgress.class,
        progress -> {
          if (progress.getDone() == 5 && cancelled.compareAndSet(false, true)) {
            environment.requestCancelActivity();
          }
        });

    Throwable thrown = catchThrowable(() -> activities.runShard(request(dataset, oneByOne)));
    release.countDown();

    assertThat(thrown).isInstanceOf(CanceledFailure.class);
    script.evaluated.clear();
    script.evaluate = request -> Difficulty.DIFFICULTY_MEDIUM;
    restart();
    assertThat(activities.runShard(request(dataset, oneByOne)).getRows()).isEqualTo(20);
    assertThat(script.evaluated).as("5 rows were kept").hasSize(15);
  }

  @Test
  void shutdownKeepsFinishedRowsAndHandsOver() throws IOException {
    ArtifactRef dataset = dataset(eggs(20));
    AtomicInteger asked = new AtomicInteger();
    script.evaluate =
        request -> {
          if (asked.incrementAndGet() == 5) {
            engine.shutdown.request();
          }
          return Difficulty.DIFFICULTY_MEDIUM;
        };

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, withConcurrency(1))));

    assertThat(failure.getType()).isEqualTo("PLATFORM/WORKER_SHUTDOWN");
    assertThat(failure.isNonRetryable()).isFalse();
    assertThat(store.list(layout().curationShard(0))).isNotEmpty().doesNotContain("manifest.json");
  }

  @Test
  void outcomesAddUpOverShards() throws IOException {
    List<Sample> samples = new ArrayList<>(eggs(4));
    samples.add(sample("wrong", "1 + 1 = 3", "2"));
    samples.add(sample("nonsense", "1 + 2 = 3", "3"));
    samples.add(sample("hard", "1 + 3 = 4", "4"));
    ArtifactRef dataset = dataset(samples.subList(0, 4), samples.subList(4, 7));
    script.evaluate =
        request ->
            switch (request.getProblem()) {
              case "nonsense" -> throw ScriptedJudge.useless("UNPARSED");
              case "hard" ->
                  request.getChain().contains("first")
                      ? Difficulty.DIFFICULTY_MEDIUM
                      : Difficulty.DIFFICULTY_HARD;
              default -> Difficulty.DIFFICULTY_MEDIUM;
            };
    script.improve = request -> "first 1 + 3 = 4";
    for (int shard = 0; shard < 2; shard++) {
      activities.runShard(request(dataset, judged()).toBuilder().setShard(shard).build());
    }

    CurationSummary summary = finish(dataset);

    assertThat(summary.getRows()).isEqualTo(7);
    assertThat(summary.getRetained()).isEqualTo(4);
    assertThat(summary.getImproved()).isEqualTo(1);
    assertThat(summary.getRejected()).isEqualTo(1);
    assertThat(summary.getQuarantined()).isEqualTo(1);
    assertThat(counts(summary.getReasonsList()))
        .isEqualTo(Map.of("WRONG_ANSWER", 1L, "UNPARSED", 1L));
    assertThat(counts(summary.getDifficultyBeforeList()))
        .isEqualTo(Map.of("MEDIUM", 4L, "HARD", 1L, "UNJUDGED", 2L));
    assertThat(counts(summary.getDifficultyAfterList()))
        .isEqualTo(Map.of("MEDIUM", 5L, "UNJUDGED", 2L));
    assertThat(summary.getFlowsList())
        .containsExactly(
            flow(
                Difficulty.DIFFICULTY_UNSPECIFIED, 0, CurationOutcome.CURATION_OUTCOME_REJECTED, 1),
            flow(
                Difficulty.DIFFICULTY_UNSPECIFIED,
                0,
                CurationOutcome.CURATION_OUTCOME_QUARANTINED,
                1),
            flow(Difficulty.DIFFICULTY_MEDIUM, 0, CurationOutcome.CURATION_OUTCOME_RETAINED, 4),
            flow(Difficulty.DIFFICULTY_HARD, 1, CurationOutcome.CURATION_OUTCOME_IMPROVED, 1));
    assertThat(summary.getLengthsRead().getChains()).isEqualTo(7);
    assertThat(summary.getLengthsBefore().getChains()).isEqualTo(5);
    assertThat(summary.getLengthsBefore().getShortest()).isEqualTo("1 + 3 = 4".length());
    assertThat(summary.getLengthsAfter().getShortest()).isEqualTo("first 1 + 3 = 4".length());
    assertThat(summary.getKept().getRows()).isEqualTo(5);
    Manifest kept = Manifests.read(store, summary.getKept());
    List<Sample> second =
        Manifests.readPart(store, summary.getKept(), kept.getParts(1), Sample::newBuilder);
    assertThat(second).hasSize(1);
    assertThat(second.get(0).getId()).isEqualTo(samples.get(6).getId());
    assertThat(second.get(0).getChain()).isEqualTo("first 1 + 3 = 4");
    assertThat(finish(dataset)).as("a retry").isEqualTo(summary);
  }

  @Test
  void anotherRunOnTheSameDataAsksNothing() throws IOException {
    ArtifactRef dataset = dataset(eggs(20));
    RunShardResponse first = activities.runShard(request(dataset, judged()));
    int calls = script.calls();
    assertThat(first.getKeptAnswers()).isEqualTo(calls).isEqualTo(40);
    assertThat(finish(dataset, judged(), calls).getCache())
        .isEqualTo(CacheStatus.CACHE_STATUS_POPULATED);
    List<CurationRecord> before = records(0);

    runId = "run-2";
    activities.runShard(request(dataset, judged()));
    CurationSummary summary = finish(dataset, judged(), 0);

    assertThat(script.calls()).isEqualTo(calls);
    assertThat(summary.getCache()).isEqualTo(CacheStatus.CACHE_STATUS_HIT);
    assertThat(summary.getUsage()).isEqualTo(Usage.newBuilder().setCachedCalls(calls).build());
    assertThat(records(0))
        .extracting(CurationRecord::getRoundsList)
        .isEqualTo(before.stream().map(CurationRecord::getRoundsList).toList());
  }

  @Test
  void theCacheCanBeRefreshedOrLeftAlone() throws IOException {
    ArtifactRef dataset = dataset(eggs(3));
    activities.runShard(request(dataset, judged()));
    int calls = script.calls();

    runId = "run-2";
    RunSpec refreshed = withCache(CacheMode.CACHE_MODE_REFRESH);
    assertThat(activities.runShard(request(dataset, refreshed)).getKeptAnswers()).isEqualTo(calls);
    assertThat(script.calls()).isEqualTo(2 * calls);

    runId = "run-3";
    RunSpec off = withCache(CacheMode.CACHE_MODE_OFF);
    assertThat(activities.runShard(request(dataset, off)).getKeptAnswers()).isZero();
    assertThat(script.calls()).isEqualTo(3 * calls);
    assertThat(finish(dataset, off, 0).getCache()).isEqualTo(CacheStatus.CACHE_STATUS_DISABLED);
  }

  @Test
  void aNewPromptOrModelIsAskedAnew() throws IOException {
    ArtifactRef dataset = dataset(eggs(3));
    activities.runShard(request(dataset, judged()));
    int evaluated = script.evaluated.size();
    int validated = script.validated.size();

    runId = "run-2";
    script.describe =
        request ->
            DescribeResponse.newBuilder()
                .addModels("scripted")
                .putPromptVersions("evaluate", "evaluate-v2")
                .build();
    activities.runShard(request(dataset, judged()));
    assertThat(script.evaluated).hasSize(2 * evaluated);
    assertThat(script.validated).as("its prompt is the same").hasSize(validated);

    runId = "run-3";
    script.describe = request -> DescribeResponse.newBuilder().addModels("other").build();
    activities.runShard(request(dataset, judged()));
    assertThat(script.evaluated).hasSize(3 * evaluated);
    assertThat(script.validated).hasSize(2 * validated);
  }

  @Test
  void theAnswerOfAWorkerWithAnotherPromptOrModelIsNotKept() throws IOException {
    ArtifactRef dataset = dataset(eggs(3));
    script.describe =
        request ->
            DescribeResponse.newBuilder()
                .addModels("scripted")
                .putPromptVersions("evaluate", "test-v2")
                .build();
    activities.runShard(request(dataset, judged()));
    int evaluated = script.evaluated.size();
    int validated = script.validated.size();

    runId = "run-2";
    activities.runShard(request(dataset, judged()));

    assertThat(script.evaluated).as("its prompt was another").hasSize(2 * evaluated);
    assertThat(script.validated).as("its prompt was not described").hasSize(validated);
  }

  @Test
  void uselessAnswersAreAskedAgainByAnotherRun() throws IOException {
    ArtifactRef dataset = dataset(eggs(1));
    script.evaluate =
        request -> {
          throw ScriptedJudge.useless("TRUNCATED");
        };
    assertThat(activities.runShard(request(dataset, judged())).getKeptAnswers()).isZero();

    runId = "run-2";
    script.evaluate = request -> Difficulty.DIFFICULTY_MEDIUM;
    activities.runShard(request(dataset, judged()));

    assertThat(records(0).get(0).getOutcome()).isEqualTo(CurationOutcome.CURATION_OUTCOME_RETAINED);
  }

  @Test
  void answersOfARowThatFailsLaterAreKeptAndPaidForOnce() throws IOException {
    ArtifactRef dataset = dataset(eggs(1));
    RunSpec priced = priced().build();
    script.validate =
        request -> {
          throw Status.UNAVAILABLE.asRuntimeException();
        };
    assertThat(ActivityFailures.of(() -> activities.runShard(request(dataset, priced))).getType())
        .isEqualTo("PLATFORM/JUDGE_UNAVAILABLE");

    script.validate = request -> true;
    RunShardResponse response = activities.runShard(request(dataset, priced));

    assertThat(script.evaluated).hasSize(1);
    assertThat(records(0).get(0).getUsage().getCalls()).isEqualTo(2);
    assertThat(response.getCost()).isCloseTo(2 * COST_OF_A_CALL, within(1e-9));
    assertThat(activities.runShard(request(dataset, priced)).getCost())
        .as("told again by a repeated attempt")
        .isCloseTo(2 * COST_OF_A_CALL, within(1e-9));
  }

  @Test
  void uselessAnswersCostToo() throws IOException {
    script.evaluate =
        request -> {
          throw ScriptedJudge.useless("UNPARSED");
        };

    CurationRecord record = curateOne(EGGS, priced().build());

    assertThat(record.getUsage().getCost()).isCloseTo(COST_OF_A_CALL, within(1e-9));
  }

  @Test
  void aShardStopsWhenItHasSpentWhatItMay() throws IOException {
    ArtifactRef dataset = dataset(eggs(20));
    RunShardRequest request =
        request(dataset, priced().build()).toBuilder().setCostLimit(8.5 * COST_OF_A_CALL).build();

    ApplicationFailure failure = ActivityFailures.of(() -> activities.runShard(request));

    assertThat(failure.getType()).isEqualTo("BUDGET/ALLOWANCE_SPENT");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getDetails().get(Double.class))
        .isBetween(9 * COST_OF_A_CALL, 13 * COST_OF_A_CALL);
    int asked = script.calls();
    RunShardResponse rest = activities.runShard(request.toBuilder().setCostLimit(1000).build());
    assertThat(rest.getCost()).isCloseTo(40 * COST_OF_A_CALL, within(1e-9));
    assertThat(script.calls()).as("5 or 6 rows were kept").isEqualTo(40).isGreaterThan(asked);
  }

  @Test
  void aBudgetNeedsThePriceOfEveryModel() throws IOException {
    ArtifactRef dataset = dataset(eggs(1));
    RunSpec.Builder spec = priced();
    spec.getJudgeBuilder().setBudget(5);
    script.describe =
        request -> DescribeResponse.newBuilder().addModels("scripted").addModels("dear").build();

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, spec.build())));

    assertThat(failure.getType()).isEqualTo("USER/PRICE_UNKNOWN");
    assertThat(failure.getOriginalMessage()).startsWith("judge.prices: no price for dear of");
    assertThat(script.calls()).isZero();
  }

  @Test
  void rolesAndRowsReachTheJudge() throws IOException {
    RunSpec.Builder spec = judged().toBuilder();
    spec.getJudgeBuilder()
        .getRolesBuilder()
        .setEvaluate(RoleSpec.newBuilder().setEndpoint("fast").setTemperature(0.5).setMaxTokens(77))
        .setValidate(RoleSpec.newBuilder().setEndpoint("wise"));

    curateOne(EGGS, spec.build());

    JudgeContext context = script.evaluated.element().getContext();
    assertThat(context.getEndpoint()).isEqualTo("fast");
    assertThat(context.getTemperature()).isEqualTo(0.5);
    assertThat(context.getMaxTokens()).isEqualTo(77);
    assertThat(context.getRow()).isEqualTo(EGGS.getId());
    assertThat(script.validated.element().getContext().getEndpoint()).isEqualTo("wise");
    assertThat(script.described)
        .extracting(request -> request.getContext().getEndpoint())
        .contains("fast", "wise");
  }

  @Test
  void nothingKeptTellsWhy() throws IOException {
    ArtifactRef dataset = dataset(List.of(sample("a", "1 + 1 = 3", "2")));
    activities.runShard(request(dataset, judged()));

    ApplicationFailure failure = ActivityFailures.of(() -> finish(dataset));

    assertThat(failure.getType()).isEqualTo("USER/NOTHING_KEPT");
    assertThat(failure.getOriginalMessage()).contains("WRONG_ANSWER=1");
  }

  @Test
  void codeWithoutASandboxIsRefusedBeforeAnythingIsAsked() throws IOException {
    List<Sample> samples = new ArrayList<>(eggs(20));
    samples.add(EGGS.toBuilder().setAnswerKind(AnswerKind.ANSWER_KIND_CODE).build());
    ArtifactRef dataset = dataset(samples);

    ApplicationFailure failure =
        ActivityFailures.of(() -> activities.runShard(request(dataset, judged())));

    assertThat(failure.getType()).isEqualTo("USER/SANDBOX_MISSING");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(script.calls()).isZero();
  }

  @Test
  void missingShardIsAPlatformFailure() throws IOException {
    ArtifactRef dataset = dataset(eggs(2));

    assertThat(ActivityFailures.of(() -> finish(dataset)).getType())
        .isEqualTo("PLATFORM/SHARD_MISSING");
  }

  @Test
  void shardWithAForeignRecordDoesNotAddUp() throws IOException {
    ArtifactRef dataset = dataset(eggs(2));
    activities.runShard(request(dataset, judged()));
    ArtifactRef other = dataset(eggs(3));

    assertThat(ActivityFailures.of(() -> finish(other)).getType())
        .isEqualTo("PLATFORM/OUTCOMES_DO_NOT_ADD_UP");
  }

  @Test
  void changedPartIsCorrupt() throws IOException {
    ArtifactRef dataset = dataset(eggs(2));
    Files.write(folder.resolve("store/data-1/part-00000.jsonl.zst"), new byte[] {1});

    assertThat(ActivityFailures.of(() -> activities.runShard(request(dataset, judged()))).getType())
        .isEqualTo("PLATFORM/CORRUPT_ARTIFACT");
  }

  private static StatusRuntimeException refusal(String type) {
    return ScriptedJudge.failure(Code.DATA_LOSS, FailureCategory.FAILURE_CATEGORY_USER, type);
  }

  private static CurationFlow flow(
      Difficulty difficulty, int rounds, CurationOutcome outcome, long rows) {
    return CurationFlow.newBuilder()
        .setDifficulty(difficulty)
        .setRounds(rounds)
        .setOutcome(outcome)
        .setRows(rows)
        .build();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static RunSpec withConcurrency(int rows) {
    return judged().toBuilder().setJudge(JudgeSpec.newBuilder().setConcurrency(rows)).build();
  }

  private CurationRecord curateOne(Sample sample, RunSpec spec) throws IOException {
    ArtifactRef dataset = dataset(List.of(sample));
    store.delete(layout().curationShard(0));
    activities.runShard(request(dataset, spec));
    List<CurationRecord> records = records(0);
    assertThat(records).hasSize(1);
    return records.get(0);
  }

  private static RunSpec withCache(CacheMode mode) {
    return judged().toBuilder().setJudge(JudgeSpec.newBuilder().setCache(mode)).build();
  }

  private static RunSpec.Builder priced() {
    return judged().toBuilder()
        .setJudge(
            JudgeSpec.newBuilder()
                .addPrices(
                    ModelPrice.newBuilder()
                        .setModel("scripted")
                        .setPrompt(50_000)
                        .setCompletion(100_000)));
  }

  private CurationSummary finish(ArtifactRef dataset) {
    return finish(dataset, judged(), 0);
  }

  private CurationSummary finish(ArtifactRef dataset, RunSpec spec, long keptAnswers) {
    return activities
        .finishStage(
            FinishStageRequest.newBuilder()
                .setContext(context(dataset, spec))
                .setKeptAnswers(keptAnswers)
                .build())
        .getCuration();
  }

  private List<CurationRecord> records(int shard) throws IOException {
    return ShardRecords.read(store, layout().curationShard(shard), CurationRecord::newBuilder);
  }

  private static List<Sample> eggs(int count) {
    return IntStream.range(0, count)
        .mapToObj(index -> sample("Eggs " + index, EGGS.getChain(), "72"))
        .toList();
  }

  private static Sample sample(String problem, String chain, String answer) {
    return Sample.newBuilder()
        .setId(Hashes.sha256Hex(problem, chain, answer))
        .setProblem(problem)
        .setChain(chain)
        .setAnswer(answer)
        .build();
  }

  @SafeVarargs
  private ArtifactRef dataset(List<Sample>... shards) throws IOException {
    String uri = storeUri() + "/data-" + shards.length;
    Manifest.Builder manifest = Manifest.newBuilder().setMedianChainCharacters(10);
    for (int shard = 0; shard < shards.length; shard++) {
      manifest.addParts(Manifests.writePart(store, uri, shard, shards[shard]));
    }
    return Manifests.commit(store, uri, manifest.build());
  }

  private RunShardRequest request(ArtifactRef dataset, RunSpec spec) {
    return RunShardRequest.newBuilder().setContext(context(dataset, spec)).build();
  }

  private RowStageContext context(ArtifactRef dataset, RunSpec spec) {
    return RowStageContext.newBuilder()
        .setRun(run(spec))
        .setStage(Stage.STAGE_CURATE)
        .setInput(dataset)
        .build();
  }

  private static RunSpec judged() {
    return spec(DifficultySignal.DIFFICULTY_SIGNAL_JUDGE, true);
  }

  private static RunSpec spec(DifficultySignal signal, boolean llmValidation) {
    return FilledSpecs.of(
        RunSpec.newBuilder()
            .setSeed(7)
            .setCuration(
                CurationSpec.newBuilder().setDifficulty(signal).setLlmValidation(llmValidation)));
  }

  private RunContext run(RunSpec spec) {
    return RunContext.newBuilder().setRunId(runId).setStoreUri(storeUri()).setSpec(spec).build();
  }

  private RunLayout layout() {
    return new RunLayout(storeUri(), runId);
  }

  private String storeUri() {
    return "file://" + folder.resolve("store");
  }

  private static Map<String, Long> counts(List<Count> counts) {
    return counts.stream().collect(Collectors.toMap(Count::getName, Count::getCount));
  }
}
