package io.retort.preference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
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
import io.retort.v1.ArtifactRef;
import io.retort.v1.BetaSpec;
import io.retort.v1.CorruptRequest;
import io.retort.v1.Corrupter;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Count;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.CurationSpec;
import io.retort.v1.Difficulty;
import io.retort.v1.FailureCategory;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.Gap;
import io.retort.v1.Manifest;
import io.retort.v1.PairingRecord;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferencePair;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.Stage;
import io.retort.v1.ValidateRequest;
import io.retort.v1.Validation;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PairingStageTest {
  private static final String TERSE = "48/2 + 48 = 72";
  private static final String CLEAR = "Half of 48 is 48/2 = 24.\n\nBoth are 48 + 24 = 72.";

  private final ScriptedJudge script = ScriptedJudge.start();
  private final TestEngine engine = new TestEngine();
  private final JudgeClient judge =
      JudgeClient.connect(script.address(), Duration.ofSeconds(30), engine.executor);
  private Path folder;
  private Store store;
  private TestActivityEnvironment environment;
  private RowStageActivities activities;

  @BeforeEach
  void start(@TempDir Path temporary) {
    folder = temporary;
    store = Store.open(storeUri());
    environment = TestActivityEnvironment.newInstance();
    environment.registerActivitiesImplementations(
        new RowStageActivitiesImpl(
            store,
            judge,
            engine.engine,
            DataRoots.all(),
            new PairingStage(store, new FastAnswerChecker())));
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
  void improvedSampleGivesAPairOfEachGap() throws IOException {
    PairingRecord record = pairOne(improved("a"), rules(3));

    assertThat(record.getPairsList())
        .extracting(PreferencePair::getGap)
        .containsExactly(Gap.GAP_LARGE, Gap.GAP_SMALL, Gap.GAP_MEDIUM);
    PreferencePair large = record.getPairs(0);
    assertThat(large.getChosen()).isEqualTo(CLEAR);
    assertThat(large.getChosenAnswer()).isEqualTo("72");
    assertThat(large.getRejected()).isNotEqualTo(CLEAR);
    assertThat(large.getRejectedAnswer()).isNotEqualTo("72");
    assertThat(large.getBeta()).isEqualTo(0.5);
    assertThat(large.getCorrupter()).isEqualTo("rules");
    assertThat(large.getCorruption()).isNotEqualTo(CorruptionKind.CORRUPTION_KIND_UNSPECIFIED);
    PreferencePair small = record.getPairs(1);
    assertThat(small.getChosen()).isEqualTo(CLEAR);
    assertThat(small.getRejected()).isEqualTo(TERSE);
    assertThat(small.getRejectedAnswer()).isEqualTo("72");
    assertThat(small.getBeta()).isEqualTo(0.1);
    assertThat(small.getCorrupter()).isEqualTo("original");
    assertThat(small.getCorruption()).isEqualTo(CorruptionKind.CORRUPTION_KIND_UNSPECIFIED);
    PreferencePair medium = record.getPairs(2);
    assertThat(medium.getChosen()).isEqualTo(TERSE);
    assertThat(medium.getBeta()).isEqualTo(0.2);
    assertThat(record.getPairsList()).extracting(PreferencePair::getId).doesNotHaveDuplicates();
    assertThat(script.validated)
        .as("the original, which curation has not had validated; rules ask nobody")
        .extracting(ValidateRequest::getChain)
        .containsExactly(TERSE);
    assertThat(script.calls()).isEqualTo(1);
  }

  @Test
  void retainedSampleGivesALargeGapOnly() throws IOException {
    PairingRecord record = pairOne(retained("a"), rules(3));

    assertThat(record.getPairsList())
        .extracting(PreferencePair::getGap)
        .containsExactly(Gap.GAP_LARGE);
  }

  @Test
  void pairsAreCapped() throws IOException {
    assertThat(pairOne(improved("a"), rules(1)).getPairsList())
        .extracting(PreferencePair::getGap)
        .containsExactly(Gap.GAP_LARGE);
  }

  @Test
  void betasOfTheSpec() throws IOException {
    RunSpec.Builder spec = rules(3).toBuilder();
    spec.getPreferenceBuilder().setBeta(BetaSpec.newBuilder().setSmall(1).setMedium(2).setLarge(3));

    assertThat(pairOne(improved("a"), spec.build()).getPairsList())
        .extracting(PreferencePair::getBeta)
        .containsExactly(3.0, 1.0, 2.0);
  }

  @Test
  void judgeComesFirstAndRulesTakeOver() throws IOException {
    script.corrupt =
        request ->
            request.getChain().equals(CLEAR)
                ? "Half of 48 is 24.\n\nBoth are 48 - 24 = 20.\n\n\\boxed{20}"
                : request.getChain();

    PairingRecord record = pairOne(improved("a"), judgeThenRules(true));

    assertThat(record.getPairsList())
        .extracting(PreferencePair::getCorrupter)
        .containsExactly("judge", "original", "rules");
    assertThat(record.getPairs(0).getRejectedAnswer()).isEqualTo("20");
    assertThat(record.getPairs(0).getRejected())
        .as("without a line that only states the answer, as the chosen side")
        .isEqualTo("Half of 48 is 24.\n\nBoth are 48 - 24 = 20.");
    assertThat(record.getPairs(0).getCorruption()).isEqualTo(script.corrupted.element().getKind());
    assertThat(record.getRejectionsList()).containsExactly("IDENTICAL");
    assertThat(record.getUsage().getCalls()).as("two corruptions, the original").isEqualTo(3);
    assertThat(record.getPairs(0).getModel()).isEqualTo("scripted");
    assertThat(record.getPairs(0).getPromptVersion()).isEqualTo("test-v1");
    assertThat(record.getPairs(2).getModel()).isEmpty();
  }

  @Test
  void corruptionThatIsOnlyAnAnswerIsRefused() throws IOException {
    script.corrupt = request -> "The answer is \\boxed{20}.";

    PairingRecord record = pairOne(retained("a"), judgeThenRules(true));

    assertThat(record.getRejectionsList()).containsExactly("CORRUPTION_EMPTY");
    assertThat(record.getPairs(0).getCorrupter()).isEqualTo("rules");
  }

  @Test
  void corruptionThatIsStillSoundIsRefusedAndCounted() throws IOException {
    script.corrupt = request -> "In other words: 48 + 24 = 72";
    script.validate = request -> true;

    PairingRecord record = pairOne(retained("a"), judgeThenRules(true));

    assertThat(record.getRejectionsList()).containsExactly("CORRUPTION_STILL_SOUND");
    assertThat(record.getPairs(0).getCorrupter()).isEqualTo("rules");
    assertThat(script.validated).hasSize(1);
  }

  @Test
  void wrongOnTheWayIsEnough() throws IOException {
    script.corrupt = request -> "Half is bad reasoning. So 72 it is.";
    script.validate = request -> false;

    PairingRecord record = pairOne(retained("a"), judgeThenRules(true));

    assertThat(record.getPairs(0).getCorrupter()).isEqualTo("judge");
    assertThat(record.getPairs(0).getRejectedAnswer()).isEqualTo("72");
    assertThat(record.getPairs(0).getProcessLevel()).isTrue();
  }

  @Test
  void equationThatDoesNotHoldNeedsNoSecondOpinion() throws IOException {
    script.corrupt = request -> "Half of 48 is 48/2 = 34.\n\nBoth are 48 + 24 = 72.";

    PairingRecord record = pairOne(retained("a"), judgeThenRules(false));

    assertThat(record.getPairs(0).getCorrupter()).isEqualTo("judge");
    assertThat(script.validated).isEmpty();
  }

  @Test
  void uselessCorruptionIsCounted() throws IOException {
    script.corrupt =
        request -> {
          throw ScriptedJudge.useless("TRUNCATED");
        };

    assertThat(pairOne(retained("a"), judgeThenRules(true)).getRejectionsList())
        .containsExactly("CORRUPTION_TRUNCATED");
  }

  @Test
  void chosenThatDoesNotVerifyGivesNoPair() throws IOException {
    CurationRecord unverified =
        retained("a").toBuilder()
            .setRounds(0, round(0, CLEAR, Difficulty.DIFFICULTY_MEDIUM, false))
            .build();

    PairingRecord record = pairOne(unverified, withoutJudge());

    assertThat(record.getPairsList()).isEmpty();
    assertThat(record.getRejectionsList()).containsExactly("CHOSEN_UNVERIFIED");
  }

  @Test
  void chosenThatTheJudgeFindsUnsoundGivesNoPair() throws IOException {
    script.validate = request -> !request.getChain().equals(TERSE);

    PairingRecord record = pairOne(improved("a"), rules(3));

    assertThat(record.getPairsList())
        .extracting(PreferencePair::getGap)
        .containsExactly(Gap.GAP_LARGE);
    assertThat(record.getRejectionsList()).containsExactly("ORIGINAL_UNSOUND", "CHOSEN_UNSOUND");
  }

  @Test
  void magnitudeIsTheShareOfWordsThatDiffer() throws IOException {
    PairingRecord record = pairOne(improved("a"), rules(3));

    assertThat(record.getPairsList())
        .allMatch(pair -> pair.getMagnitude() > 0 && pair.getMagnitude() <= 1)
        .noneMatch(PreferencePair::getProcessLevel);
    PreferencePair small = record.getPairs(1);
    assertThat(small.getMagnitude()).isEqualTo(WordDistance.share(CLEAR, TERSE));
  }

  @Test
  void corruptionThatDiffersTooLittleIsRefused() throws IOException {
    RunSpec.Builder spec = rules(3).toBuilder();
    spec.getPreferenceBuilder().setMinMagnitude(0.9);

    PairingRecord record = pairOne(retained("a"), spec.build());

    assertThat(record.getPairsList()).isEmpty();
    assertThat(record.getRejectionsList()).isNotEmpty().containsOnly("MAGNITUDE_TOO_SMALL");
  }

  @Test
  void corruptionThatDiffersTooMuchIsRefused() throws IOException {
    RunSpec.Builder spec = judgeThenRules(true).toBuilder();
    spec.getPreferenceBuilder().setMaxMagnitude(0.3);
    script.corrupt = request -> "All of it is quite different here: 9 apples.";

    PairingRecord record = pairOne(retained("a"), spec.build());

    assertThat(record.getRejectionsList()).startsWith("MAGNITUDE_TOO_LARGE");
    assertThat(record.getPairsList())
        .extracting(PreferencePair::getCorrupter)
        .containsExactly("rules");
    assertThat(record.getPairs(0).getMagnitude()).isLessThanOrEqualTo(0.3);
  }

  @Test
  void onlyKindsOfTheSpecAreAskedFor() throws IOException {
    RunSpec.Builder spec = judgeThenRules(false).toBuilder();
    spec.getPreferenceBuilder().clearKinds().addKinds(CorruptionKind.CORRUPTION_KIND_DROPPED_STEP);

    PairingRecord record = pairOne(improved("a"), spec.build());

    assertThat(script.corrupted)
        .extracting(CorruptRequest::getKind)
        .containsOnly(CorruptionKind.CORRUPTION_KIND_DROPPED_STEP);
    assertThat(record.getPairsList())
        .filteredOn(pair -> pair.getGap() != Gap.GAP_SMALL)
        .extracting(PreferencePair::getCorruption)
        .containsOnly(CorruptionKind.CORRUPTION_KIND_DROPPED_STEP);
  }

  @Test
  void originalThatIsNotKnownToBeRight() throws IOException {
    CurationRecord unverified =
        improved("a").toBuilder()
            .setRounds(0, round(0, TERSE, Difficulty.DIFFICULTY_HARD, false))
            .build();

    assertThat(pairOne(unverified, withoutJudge()).getRejectionsList())
        .containsExactly("ORIGINAL_UNVERIFIED", "CHOSEN_UNVERIFIED");
  }

  @Test
  void unavailableJudgeIsRetriedAndNothingIsAskedTwice() throws IOException {
    ArtifactRef kept = keep(List.of(retained("a"), retained("b")));
    script.corrupt =
        request -> {
          if (!request.getProblem().equals("a")) {
            throw Status.UNAVAILABLE.asRuntimeException();
          }
          return "48 - 24 = 20";
        };

    assertThat(ActivityFailures.of(() -> pair(kept, judgeThenRules(true))).getType())
        .isEqualTo("PLATFORM/JUDGE_UNAVAILABLE");
    script.corrupted.clear();
    script.corrupt = request -> "48 - 24 = 20";
    assertThat(pair(kept, judgeThenRules(true))).isEqualTo(2);

    assertThat(script.corrupted).hasSize(1);
  }

  @Test
  void rowThatTheJudgeNeverAnswersIsQuarantinedWithItsWords() throws IOException {
    ArtifactRef kept = keep(List.of(retained("a"), retained("b")));
    script.corrupt =
        request -> {
          if (request.getProblem().equals("b")) {
            throw Status.UNAVAILABLE.withDescription("always 500").asRuntimeException();
          }
          return "48 - 24 = 20";
        };

    assertThat(pair(kept, judgeThenRules(true))).isEqualTo(2);

    PairingRecord bad = records().get(1);
    assertThat(bad.getError()).isEqualTo("JUDGE_UNAVAILABLE: judge: UNAVAILABLE: always 500");
    assertThat(bad.getPairsList()).isEmpty();
    assertThat(finish(kept, judgeThenRules(true)).getPairs().getRows()).isEqualTo(1);
  }

  @Test
  void rowThatTheEndpointRefusesHasItsWordsUnlessItHasPairs() throws IOException {
    ArtifactRef kept = keep(List.of(retained("a"), retained("b")));
    script.corrupt =
        request -> {
          if (request.getProblem().equals("b")) {
            throw refusal("CONTENT_FILTERED");
          }
          return "48 - 24 = 20";
        };

    pair(kept, judgeThenRules(true));

    PairingRecord refused = records().get(1);
    assertThat(refused.getRejectionsList()).containsExactly("CORRUPTION_CONTENT_FILTERED");
    assertThat(refused.getPairsList())
        .as("by rules")
        .extracting(PreferencePair::getCorrupter)
        .containsExactly("rules");
    assertThat(refused.getError()).isEmpty();

    RunSpec.Builder judgeAlone = judgeThenRules(true).toBuilder();
    judgeAlone.getPreferenceBuilder().clearCorrupters().addCorrupters(Corrupter.CORRUPTER_JUDGE);
    store.delete(layout().pairsShard(0));
    pair(kept, judgeAlone.build());
    assertThat(records().get(1).getError())
        .isEqualTo("CONTENT_FILTERED: judge: scripted CONTENT_FILTERED");
  }

  @Test
  void judgeThatRefusesEveryCorruptionIsForAPersonToMend() throws IOException {
    ArtifactRef kept = keep(List.of(retained("a"), retained("b")));
    script.corrupt =
        request -> {
          throw refusal("BAD_REQUEST");
        };

    ApplicationFailure failure = ActivityFailures.of(() -> pair(kept, judgeThenRules(true)));

    assertThat(failure.getType()).isEqualTo("PLATFORM/ENDPOINT_REFUSED");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(store.list(layout().pairsShard(0))).isEmpty();
  }

  @Test
  void summaryCountsGapsAndRefusals() throws IOException {
    ArtifactRef kept = keep(List.of(improved("a"), retained("b")), List.of());
    pair(kept, rules(3));
    activities.runShard(request(kept, rules(3)).toBuilder().setShard(1).build());

    PairingSummary summary = finish(kept, rules(3));

    assertThat(summary.getRows()).isEqualTo(2);
    assertThat(counts(summary.getGapsList()))
        .isEqualTo(Map.of("LARGE", 2L, "SMALL", 1L, "MEDIUM", 1L));
    assertThat(summary.getPairs().getRows()).isEqualTo(4);
    Manifest manifest = Manifests.read(store, summary.getPairs());
    assertThat(
            Manifests.<PreferencePair>readPart(
                store, summary.getPairs(), manifest.getParts(0), PreferencePair::newBuilder))
        .hasSize(4);
    assertThat(finish(kept, rules(3))).as("a retry").isEqualTo(summary);
  }

  @Test
  void gapsAreThinnedToTheSmallestClassTheSameWayEachTime() throws IOException {
    List<CurationRecord> retained = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      retained.add(retained("problem " + number));
    }
    ArtifactRef kept = keep(List.of(improved("a"), improved("b")), retained);
    RunSpec.Builder balanced = rules(3).toBuilder();
    balanced.getPreferenceBuilder().setBalanceGaps(true);
    pair(kept, balanced.build());
    activities.runShard(request(kept, balanced.build()).toBuilder().setShard(1).build());

    PairingSummary summary = finish(kept, balanced.build());

    assertThat(counts(summary.getGapsList()))
        .isEqualTo(Map.of("LARGE", 2L, "SMALL", 2L, "MEDIUM", 2L));
    assertThat(counts(summary.getRejectionsList())).isEqualTo(Map.of("THINNED_FOR_BALANCE", 20L));
    assertThat(summary.getKindsList().stream().mapToLong(Count::getCount).sum()).isEqualTo(4);
    assertThat(finish(kept, balanced.build())).as("a retry").isEqualTo(summary);
  }

  @Test
  void pairsOfOneProblemAreCappedOverSamples() throws IOException {
    CurationRecord other =
        retained("a").toBuilder()
            .setSample(sample("a", "other chain"))
            .setChain("Two steps: 48 + 24 = 72.")
            .setRounds(0, round(0, "Two steps: 48 + 24 = 72.", Difficulty.DIFFICULTY_MEDIUM, true))
            .build();
    ArtifactRef kept = keep(List.of(retained("a")), List.of(other));
    pair(kept, rules(1));
    activities.runShard(request(kept, rules(1)).toBuilder().setShard(1).build());

    PairingSummary summary = finish(kept, rules(1));

    assertThat(summary.getPairs().getRows()).isEqualTo(1);
    assertThat(counts(summary.getRejectionsList())).containsEntry("TOO_MANY_FOR_PROBLEM", 1L);
  }

  @Test
  void noPairsTellsWhy() throws IOException {
    CurationRecord text =
        retained("a").toBuilder()
            .setSample(sample("a", CLEAR).toBuilder().setAnswer("Paris"))
            .build();
    ArtifactRef kept = keep(List.of(text));
    pair(kept, rules(3));

    ApplicationFailure failure = ActivityFailures.of(() -> finish(kept, rules(3)));

    assertThat(failure.getType()).isEqualTo("USER/NO_PAIRS");
    assertThat(failure.getOriginalMessage()).contains("RULES_NOT_APPLICABLE=1");
  }

  private PairingRecord pairOne(CurationRecord record, RunSpec spec) throws IOException {
    assertThat(pair(keep(List.of(record)), spec)).isEqualTo(1);
    assertThat(records()).hasSize(1);
    return records().get(0);
  }

  private List<PairingRecord> records() throws IOException {
    return ShardRecords.read(store, layout().pairsShard(0), PairingRecord::newBuilder);
  }

  private static StatusRuntimeException refusal(String type) {
    return ScriptedJudge.failure(Code.DATA_LOSS, FailureCategory.FAILURE_CATEGORY_USER, type);
  }

  private long pair(ArtifactRef kept, RunSpec spec) {
    return activities.runShard(request(kept, spec)).getRows();
  }

  private PairingSummary finish(ArtifactRef kept, RunSpec spec) {
    return activities
        .finishStage(FinishStageRequest.newBuilder().setContext(context(kept, spec)).build())
        .getPairing();
  }

  /** Commits curation shards and their kept samples in the form that curation writes. */
  @SafeVarargs
  private ArtifactRef keep(List<CurationRecord>... shards) throws IOException {
    Manifest.Builder kept = Manifest.newBuilder();
    for (int shard = 0; shard < shards.length; shard++) {
      String uri = layout().curationShard(shard);
      Manifests.commit(
          store,
          uri,
          Manifest.newBuilder()
              .addParts(Manifests.writePart(store, uri, 0, shards[shard]))
              .build());
      List<Sample> samples = new ArrayList<>();
      for (CurationRecord record : shards[shard]) {
        samples.add(record.getSample().toBuilder().setChain(record.getChain()).build());
      }
      kept.addParts(Manifests.writePart(store, layout().kept(), shard, samples));
    }
    return Manifests.commit(store, layout().kept(), kept.build());
  }

  private static CurationRecord improved(String problem) {
    return CurationRecord.newBuilder()
        .setKey(problem)
        .setSample(sample(problem, TERSE))
        .setOutcome(CurationOutcome.CURATION_OUTCOME_IMPROVED)
        .setChain(CLEAR)
        .addRounds(round(0, TERSE, Difficulty.DIFFICULTY_SIMPLE, true))
        .addRounds(round(1, CLEAR, Difficulty.DIFFICULTY_MEDIUM, true))
        .build();
  }

  private static CurationRecord retained(String problem) {
    return CurationRecord.newBuilder()
        .setKey(problem)
        .setSample(sample(problem, CLEAR))
        .setOutcome(CurationOutcome.CURATION_OUTCOME_RETAINED)
        .setChain(CLEAR)
        .addRounds(round(0, CLEAR, Difficulty.DIFFICULTY_MEDIUM, true))
        .build();
  }

  private static CurationRound round(
      int round, String chain, Difficulty difficulty, boolean correct) {
    return CurationRound.newBuilder()
        .setRound(round)
        .setChain(chain)
        .setDifficulty(difficulty)
        .setValidation(
            Validation.newBuilder()
                .setAnswerCorrect(correct)
                .setSound(correct && difficulty == Difficulty.DIFFICULTY_MEDIUM))
        .build();
  }

  private static Sample sample(String problem, String chain) {
    return Sample.newBuilder()
        .setId(Hashes.sha256Hex(problem, chain, "72"))
        .setProblem(problem)
        .setChain(chain)
        .setAnswer("72")
        .build();
  }

  private static RunSpec rules(int maxPairs) {
    return FilledSpecs.of(
        RunSpec.newBuilder()
            .setSeed(3)
            .setPreference(
                PreferenceSpec.newBuilder()
                    .addCorrupters(Corrupter.CORRUPTER_RULES)
                    .setMaxPairsPerProblem(maxPairs)));
  }

  private static RunSpec withoutJudge() {
    return rules(3).toBuilder()
        .setCuration(CurationSpec.newBuilder().setLlmValidation(false))
        .build();
  }

  private static RunSpec judgeThenRules(boolean llmValidation) {
    return FilledSpecs.of(
        RunSpec.newBuilder()
            .setSeed(3)
            .setCuration(CurationSpec.newBuilder().setLlmValidation(llmValidation)));
  }

  private RunShardRequest request(ArtifactRef kept, RunSpec spec) {
    return RunShardRequest.newBuilder().setContext(context(kept, spec)).build();
  }

  private RowStageContext context(ArtifactRef kept, RunSpec spec) {
    return RowStageContext.newBuilder()
        .setRun(run(spec))
        .setStage(Stage.STAGE_PAIR)
        .setInput(kept)
        .build();
  }

  private RunContext run(RunSpec spec) {
    return RunContext.newBuilder().setRunId("run-1").setStoreUri(storeUri()).setSpec(spec).build();
  }

  private RunLayout layout() {
    return new RunLayout(storeUri(), "run-1");
  }

  private String storeUri() {
    return "file://" + folder.resolve("store");
  }

  private static Map<String, Long> counts(List<Count> counts) {
    return counts.stream().collect(Collectors.toMap(Count::getName, Count::getCount));
  }
}
