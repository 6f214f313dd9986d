package io.retort.release.report;

import com.google.protobuf.util.Timestamps;
import io.retort.samples.ChainLengths;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Batching;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.BetaSpec;
import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Count;
import io.retort.v1.CurationFlow;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.CurationSpec;
import io.retort.v1.CurationSummary;
import io.retort.v1.DataSource;
import io.retort.v1.DataSpec;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.FollowRate;
import io.retort.v1.Gap;
import io.retort.v1.GapRewards;
import io.retort.v1.GeneratedSample;
import io.retort.v1.IngestSummary;
import io.retort.v1.LengthDistribution;
import io.retort.v1.LossPoint;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.PairingSummary;
import io.retort.v1.PassAtK;
import io.retort.v1.PreferencePair;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.ReleaseSpec;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.RewardPoint;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.RunSummary;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.StudentSpec;
import io.retort.v1.TrainingResult;
import io.retort.v1.TrainingSpec;
import io.retort.v1.Usage;
import io.retort.v1.Validation;
import io.retort.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A run with every part of a report. The figures are made up. */
public final class SampleRuns {
  private static final CurationOutcome RETAINED = CurationOutcome.CURATION_OUTCOME_RETAINED;
  private static final CurationOutcome IMPROVED = CurationOutcome.CURATION_OUTCOME_IMPROVED;
  private static final CurationOutcome REJECTED = CurationOutcome.CURATION_OUTCOME_REJECTED;
  private static final CurationOutcome QUARANTINED = CurationOutcome.CURATION_OUTCOME_QUARANTINED;
  private static final String FINGERPRINT =
      "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce";
  private static final long STARTED = 1_790_000_000_000L;

  /** A run in its release stage, as the report activity gets it. */
  public static Run finished() {
    return Run.newBuilder()
        .setRunId("demo-20260921-131320")
        .setPhase(RunPhase.RUN_PHASE_RUNNING)
        .setSpec(spec())
        .setCreatedAt(Timestamps.fromMillis(STARTED))
        .addStages(stage(Stage.STAGE_INGEST, 0, 2, 200, "rows"))
        .addStages(stage(Stage.STAGE_CURATE, 2, 240, 192, "rows"))
        .addStages(stage(Stage.STAGE_SFT, 240, 470, 42, "steps"))
        .addStages(stage(Stage.STAGE_PAIR, 470, 530, 110, "rows"))
        .addStages(stage(Stage.STAGE_COGPO, 530, 640, 12, "steps"))
        .addStages(stage(Stage.STAGE_EVALUATE, 640, 745, 768, "samples"))
        .addStages(
            StageProgress.newBuilder()
                .setStage(Stage.STAGE_RELEASE)
                .setPhase(RunPhase.RUN_PHASE_RUNNING)
                .setStartedAt(at(745)))
        .setSummary(summary())
        .build();
  }

  /** The rows of {@link #finished}. */
  /** A run that evaluated two models side by side. */
  static Run evaluation() {
    RunSummary.Builder summary =
        RunSummary.newBuilder()
            .addModels(
                EvaluatedModel.newBuilder()
                    .setName("smol")
                    .setModel("/models/smol")
                    .setSha256("s1"))
            .addModels(
                EvaluatedModel.newBuilder()
                    .setName("tuned")
                    .setModel("registry:smol:best")
                    .setPinnedUri("registry:smol:v3")
                    .setSha256("s2")
                    .setContentSha256("c3"))
            .addComparisons(
                Comparison.newBuilder()
                    .setModel("tuned")
                    .setBaseline("smol")
                    .setBenchmark("demo")
                    .setSentence("better by 12.5 points"));
    for (EvaluatedModel model : summary.getModelsList()) {
      summary.addScores(
          Score.newBuilder()
              .setModel(model.getName())
              .setBenchmark("demo")
              .setProblems(8)
              .setSamples(1)
              .setDatasetSha256("d")
              .addPassAtK(passAtK(1, 0.25, 0.1, 0.4)));
    }
    return Run.newBuilder()
        .setRunId("eval-1")
        .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
        .setSummary(summary)
        .build();
  }

  public static ReportExamples examples() {
    return new ReportExamples(
        List.of(improved("Too short: it never says how many apples are left."), rejected()),
        List.of(
            PreferencePair.newBuilder()
                .setGap(Gap.GAP_LARGE)
                .setBeta(0.5)
                .setProblem("Ada has 12 apples and gives a third away. How many are left?")
                .setChosen("A third of 12 is 4.\n\nAda gives 4 away.\n\n12 - 4 = 8.")
                .setChosenAnswer("8")
                .setRejected("A third of 12 is 4.\n\nAda gets 4 more.\n\n12 + 4 = 16.")
                .setRejectedAnswer("16")
                .setCorruption(CorruptionKind.CORRUPTION_KIND_WRONG_OPERATION)
                .setCorrupter("rules")
                .build()));
  }

  /** Some answers of {@link #finished}, of every outcome. */
  public static ReportAnswers answers() {
    List<ReportAnswers.Answer> answers = new ArrayList<>();
    for (String model : List.of("base", "stage-1", "stage-2")) {
      answers.add(answer(model, 0, SampleOutcome.SAMPLE_OUTCOME_CORRECT, "8", "8 are left."));
      answers.add(answer(model, 1, SampleOutcome.SAMPLE_OUTCOME_WRONG, "16", "12 + 4 = 16."));
      answers.add(answer(model, 2, SampleOutcome.SAMPLE_OUTCOME_NO_ANSWER, "", "I do not know."));
      answers.add(answer(model, 3, SampleOutcome.SAMPLE_OUTCOME_TRUNCATED, "", "Let me see, "));
    }
    return new ReportAnswers(
        answers,
        Map.of(
            "p1",
            Sample.newBuilder()
                .setId("p1")
                .setProblem("Ada has 12 apples and gives a third away. How many are left?")
                .build()));
  }

  static ReportAnswers.Answer answer(
      String model, int index, SampleOutcome outcome, String answer, String text) {
    return new ReportAnswers.Answer(
        model,
        "demo",
        outcome,
        GeneratedSample.newBuilder()
            .setSampleId("p1")
            .setIndex(index)
            .setAnswer(answer)
            .setGold("8")
            .setText(text)
            .setTokens(40)
            .build(),
        false);
  }

  static CurationRecord improved(String critique) {
    return CurationRecord.newBuilder()
        .setOutcome(CurationOutcome.CURATION_OUTCOME_IMPROVED)
        .setSample(
            Sample.newBuilder()
                .setProblem("Ada has 12 apples and gives a third away. How many are left?")
                .setAnswer("8"))
        .addRounds(
            CurationRound.newBuilder()
                .setChain("12 - 4 = 8.")
                .setVerdict(
                    Verdict.newBuilder()
                        .setDifficulty(Difficulty.DIFFICULTY_SIMPLE)
                        .setCritique(critique))
                .setMeasured(Difficulty.DIFFICULTY_SIMPLE)
                .setFollowRate(
                    FollowRate.newBuilder()
                        .setSamples(4)
                        .setFollowed(1)
                        .setAloneSamples(4)
                        .setAlone(0)))
        .addRounds(
            CurationRound.newBuilder()
                .setRound(1)
                .setChain("A third of 12 is 12 / 3 = 4.\n\nAda gives 4 away.\n\n12 - 4 = 8.")
                .setVerdict(Verdict.newBuilder().setDifficulty(Difficulty.DIFFICULTY_MEDIUM))
                .setDifficulty(Difficulty.DIFFICULTY_MEDIUM)
                .setValidation(Validation.newBuilder().setAnswerCorrect(true).setSound(true)))
        .build();
  }

  private static CurationRecord rejected() {
    return CurationRecord.newBuilder()
        .setOutcome(CurationOutcome.CURATION_OUTCOME_REJECTED)
        .setReason("WRONG_ANSWER")
        .setSample(
            Sample.newBuilder()
                .setProblem("A train goes 60 km in an hour. How far in 3 hours?")
                .setAnswer("180"))
        .addRounds(
            CurationRound.newBuilder()
                .setChain("60 + 3 = 63.")
                .setVerdict(Verdict.newBuilder().setDifficulty(Difficulty.DIFFICULTY_HARD))
                .setValidation(Validation.newBuilder().setAnswerCorrect(false)))
        .build();
  }

  private static RunSpec spec() {
    return RunSpec.newBuilder()
        .setName("demo")
        .setTeam("research")
        .setSeed(17)
        .setStudent(
            StudentSpec.newBuilder()
                .setModel("file:///store/students/SmolLM2-135M-Instruct")
                .setSystemPrompt("Think step by step, then give the \"final\" answer.\n"))
        .setData(
            DataSpec.newBuilder().addTrain(DataSource.newBuilder().setPath("data/train.jsonl")))
        .setCuration(CurationSpec.newBuilder().setLlmValidation(true))
        .setSft(TrainingSpec.newBuilder().setLearningRate(2e-5).setEpochs(3))
        .setPreference(
            PreferenceSpec.newBuilder()
                .setBeta(BetaSpec.newBuilder().setSmall(0.1).setMedium(0.2).setLarge(0.5)))
        .setEvaluation(
            EvaluationSpec.newBuilder()
                .setMaxNewTokens(512)
                .addBenchmarks(BenchmarkSpec.newBuilder().setName("demo").addK(1).addK(4)))
        .setRelease(ReleaseSpec.newBuilder().setModel("demo").setAlias("latest"))
        .build();
  }

  private static RunSummary summary() {
    return RunSummary.newBuilder()
        .setIngest(
            IngestSummary.newBuilder()
                .setDataset(artifact("datasets/3f2a/manifest.json"))
                .setRows(192)
                .setQuarantined(8)
                .addQuarantineReasons(count("DUPLICATE", 5))
                .addQuarantineReasons(count("NOT_JSON", 3)))
        .setCuration(
            CurationSummary.newBuilder()
                .setKept(artifact("runs/demo/curation/kept/manifest.json"))
                .setRows(192)
                .setRetained(40)
                .setImproved(70)
                .setRejected(78)
                .setQuarantined(4)
                .addReasons(count("STILL_HARD", 44))
                .addReasons(count("WRONG_ANSWER", 24))
                .addReasons(count("STILL_SIMPLE", 10))
                .addReasons(count("UNPARSED", 4))
                .addDifficultyBefore(count("SIMPLE", 76))
                .addDifficultyBefore(count("MEDIUM", 60))
                .addDifficultyBefore(count("HARD", 52))
                .addDifficultyBefore(count("UNJUDGED", 4))
                .addDifficultyAfter(count("UNJUDGED", 4))
                .addDifficultyAfter(count("SIMPLE", 12))
                .addDifficultyAfter(count("MEDIUM", 132))
                .addDifficultyAfter(count("HARD", 44))
                .addAgreement(count("SIMPLE/SIMPLE", 50))
                .addAgreement(count("SIMPLE/MEDIUM", 12))
                .addAgreement(count("SIMPLE/HARD", 9))
                .addAgreement(count("MEDIUM/MEDIUM", 30))
                .addAgreement(count("MEDIUM/HARD", 21))
                .addAgreement(count("HARD/SIMPLE", 30))
                .addAgreement(count("HARD/MEDIUM", 18))
                .addAgreement(count("HARD/HARD", 18))
                .addAgreement(count("UNJUDGED/HARD", 4))
                .setFollowRate(
                    FollowRate.newBuilder()
                        .setSamples(376)
                        .setFollowed(188)
                        .setAloneSamples(376)
                        .setAlone(47))
                .addFlows(flow(Difficulty.DIFFICULTY_UNSPECIFIED, 0, REJECTED, 20))
                .addFlows(flow(Difficulty.DIFFICULTY_UNSPECIFIED, 0, QUARANTINED, 4))
                .addFlows(flow(Difficulty.DIFFICULTY_SIMPLE, 1, IMPROVED, 38))
                .addFlows(flow(Difficulty.DIFFICULTY_SIMPLE, 2, IMPROVED, 12))
                .addFlows(flow(Difficulty.DIFFICULTY_SIMPLE, 2, REJECTED, 10))
                .addFlows(flow(Difficulty.DIFFICULTY_MEDIUM, 0, RETAINED, 40))
                .addFlows(flow(Difficulty.DIFFICULTY_MEDIUM, 0, REJECTED, 4))
                .addFlows(flow(Difficulty.DIFFICULTY_HARD, 1, IMPROVED, 8))
                .addFlows(flow(Difficulty.DIFFICULTY_HARD, 2, IMPROVED, 12))
                .addFlows(flow(Difficulty.DIFFICULTY_HARD, 2, REJECTED, 44))
                .setLengthsRead(lengths(192, 40, 2))
                .setLengthsBefore(lengths(110, 48, 2))
                .setLengthsAfter(lengths(110, 160, 1))
                .addVerbosity(count("4", 110))
                .addCognitiveDifficulty(count("3", 110))
                .setUsage(usage(613, 92_480, 31_022)))
        .setSft(training(1.16, 0.36, 42, 110))
        .setPairing(
            PairingSummary.newBuilder()
                .setPairs(artifact("runs/demo/pairs/all/manifest.json"))
                .addKinds(Count.newBuilder().setName("DROPPED_STEP").setCount(13))
                .setRows(110)
                .addGaps(count("SMALL", 70))
                .addGaps(count("MEDIUM", 33))
                .addGaps(count("LARGE", 98))
                .addRejections(count("CORRUPTION_STILL_SOUND", 14))
                .addRejections(count("IDENTICAL", 3))
                .setUsage(usage(143, 20_114, 9_870)))
        .setCogpo(rewarded(training(0.6931, 0.5012, 12, 201)))
        .addScores(score("base", 0.0234, 0.0078, 0.043, 0.0625, 0.0156, 0.125))
        .addScores(score("stage-1", 0.361, 0.27, 0.452, 0.578, 0.453, 0.703))
        .addScores(score("stage-2", 0.383, 0.293, 0.477, 0.609, 0.484, 0.734))
        .addComparisons(
            comparison("stage-1", "base", 0.338, ComparisonVerdict.COMPARISON_VERDICT_BETTER)
                .setSentence("better by 33.8 points [24.0, 43.1]"))
        .addComparisons(
            comparison(
                    "stage-2", "stage-1", 0.022, ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL)
                .setSentence(
                    "no clear difference: +2.2 points [-7.8, 12.2]; about 340 more problems would"
                        + " settle it"))
        .addComparisons(
            comparison("stage-2", "base", 0.36, ComparisonVerdict.COMPARISON_VERDICT_BETTER)
                .setSentence("better by 36.0 points [26.0, 46.0]"))
        .setRelease(
            ReleaseSummary.newBuilder()
                .setModel("demo")
                .setVersion(3)
                .setAlias("latest")
                .setModelUri("file:///store/models/demo/versions/3")
                .setReportUri("file:///store/runs/demo-1/report/index.html"))
        .build();
  }

  private static StageProgress stage(Stage stage, int start, int end, long done, String unit) {
    return StageProgress.newBuilder()
        .setStage(stage)
        .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
        .setStartedAt(at(start))
        .setFinishedAt(at(end))
        .setDone(done)
        .setTotal(done)
        .setUnit(unit)
        .setReuse(StageReuse.STAGE_REUSE_RUN)
        .setFingerprint(FINGERPRINT)
        .build();
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

  private static LengthDistribution lengths(int chains, int shortest, int step) {
    ChainLengths lengths = new ChainLengths();
    for (int chain = 0; chain < chains; chain++) {
      lengths.add("x".repeat(shortest + step * chain));
    }
    return lengths.distribution();
  }

  private static TrainingResult rewarded(TrainingResult result) {
    TrainingResult.Builder rewarded =
        result.toBuilder()
            .addRewards(rewards(Gap.GAP_UNSPECIFIED, 0.42))
            .addRewards(rewards(Gap.GAP_SMALL, -0.02))
            .addRewards(rewards(Gap.GAP_MEDIUM, 0.31))
            .addRewards(rewards(Gap.GAP_LARGE, 0.77))
            .addValidationRewards(rewards(Gap.GAP_UNSPECIFIED, 0.12));
    for (int step = 1; step <= 12; step++) {
      rewarded.addRewardCurve(
          RewardPoint.newBuilder()
              .setStep(step)
              .addRewards(rewards(Gap.GAP_UNSPECIFIED, 0.035 * step))
              .addRewards(rewards(Gap.GAP_SMALL, -0.002 * step))
              .addRewards(rewards(Gap.GAP_MEDIUM, 0.026 * step))
              .addRewards(rewards(Gap.GAP_LARGE, 0.064 * step)));
    }
    return rewarded.build();
  }

  private static GapRewards rewards(Gap gap, double margin) {
    return GapRewards.newBuilder()
        .setGap(gap)
        .setPairs(67)
        .setMargin(margin)
        .setAccuracy(0.5 + margin / 4)
        .setChosenReward(margin / 3)
        .setRejectedReward(-2 * margin / 3)
        .setChosenLogProbabilityDrift(-1.25)
        .setRejectedLogProbabilityDrift(-9.5)
        .build();
  }

  private static com.google.protobuf.Timestamp at(int seconds) {
    return Timestamps.fromMillis(STARTED + 1_000L * seconds);
  }

  static Count count(String name, long count) {
    return Count.newBuilder().setName(name).setCount(count).build();
  }

  private static Usage usage(long calls, long prompt, long completion) {
    return Usage.newBuilder()
        .setCalls(calls)
        .setPromptTokens(prompt)
        .setCompletionTokens(completion)
        .build();
  }

  private static ArtifactRef artifact(String path) {
    return ArtifactRef.newBuilder()
        .setUri("file:///store/" + path)
        .setSha256("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
        .build();
  }

  private static TrainingResult training(double first, double last, int steps, long rows) {
    TrainingResult.Builder result =
        TrainingResult.newBuilder()
            .setModelUri("file:///store/runs/demo/checkpoints/step-" + steps)
            .setFirstLoss(first)
            .setFinalLoss(last)
            .setSteps(steps)
            .setRows(rows)
            .setTruncatedRows(1)
            .setTokens(98_765)
            .setTokensPerSecond(468.1)
            .setPeakMemoryBytes(3L << 30)
            .setRanks(2)
            .setBatching(Batching.BATCHING_PACKED)
            .setPerDeviceBatchSize(4)
            .setGradientAccumulationSteps(8)
            .setValidationRows(5)
            .setBestStep(steps / 2)
            .setStoppedEarly(true)
            .addValidationCurve(LossPoint.newBuilder().setStep(1).setLoss(first))
            .addValidationCurve(LossPoint.newBuilder().setStep(steps).setLoss(last))
            .setSeconds(211);
    for (int step = 1; step <= steps; step++) {
      double share = (step - 1.0) / (steps - 1);
      double noise = 0.04 * Math.sin(step * 2.3) * (first - last);
      result.addCurve(
          LossPoint.newBuilder()
              .setStep(step)
              .setLoss(last + (first - last) * Math.exp(-4 * share) + noise));
    }
    return result.build();
  }

  private static Score score(
      String model, double one, double low, double high, double four, double low4, double high4) {
    return Score.newBuilder()
        .setModel(model)
        .setBenchmark("demo")
        .setProblems(64)
        .setSamples(4)
        .setTemperature(0.6)
        .setMajorityVote(one)
        .setTruncatedRatio(0.0117)
        .setDatasetSha256("2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")
        .setSamplesManifest(
            artifact("runs/demo/evaluation/" + model + "/demo/manifest.json").toBuilder()
                .setRows(256))
        .addPassAtK(passAtK(1, one, low, high))
        .addPassAtK(passAtK(4, four, low4, high4))
        .addCurve(passAtK(1, one, low, high))
        .addCurve(passAtK(2, (one + four) / 2, (low + low4) / 2, (high + high4) / 2))
        .addCurve(passAtK(4, four, low4, high4))
        .addConsAtK(passAtK(4, one, low, high))
        .setProblemsExpected(66)
        .addLostRows(count("NO_ANSWER", 2))
        .setOutcomes(
            OutcomeCounts.newBuilder()
                .setCorrect(Math.round(256 * one))
                .setWrong(230 - Math.round(256 * one))
                .setNoAnswer(20)
                .setTruncated(3)
                .setCheckerError(3))
        .build();
  }

  private static Comparison.Builder comparison(
      String model, String baseline, double difference, ComparisonVerdict verdict) {
    return Comparison.newBuilder()
        .setModel(model)
        .setBaseline(baseline)
        .setBenchmark("demo")
        .setProblems(64)
        .setSamples(4)
        .setDifference(difference)
        .setLow(difference - 0.1)
        .setHigh(difference + 0.1)
        .setAdjustedPValue(difference > 0.1 ? 1e-7 : 0.67)
        .setDetectableDifference(0.142)
        .setVerdict(verdict);
  }

  static PassAtK passAtK(int k, double value, double low, double high) {
    return PassAtK.newBuilder().setK(k).setValue(value).setLow(low).setHigh(high).build();
  }

  private SampleRuns() {}
}
