package io.retort.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.ApprovalState;
import io.retort.v1.CacheStatus;
import io.retort.v1.Comparison;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import io.retort.v1.ExportSummary;
import io.retort.v1.Failure;
import io.retort.v1.FollowRate;
import io.retort.v1.GateAction;
import io.retort.v1.GateFinding;
import io.retort.v1.IngestSummary;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.PairingSummary;
import io.retort.v1.PassAtK;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.TrainingResult;
import io.retort.v1.Usage;
import org.junit.jupiter.api.Test;

class RunTableTest {
  @Test
  void showsEveryPartOfAFinishedRunInAlignedColumns() {
    assertThat(RunTable.render(finishedRun(), false))
        .isEqualTo(
            """
            Run demo-1: succeeded in 12 min 31 s

            Data            rows
              good           192
              refused          8
                DUPLICATE      8

            Difficulty     before   after
              simple           80      12
              medium           60   1,130
              hard             52      20
              not judged        4       4

            Curation                               rows    share
              kept                                  110   57.3 %
                as it came                           40   20.8 %
                improved                             70   36.5 %
              rejected                               78   40.6 %
              quarantined                             4    2.1 %
              rejected and quarantined by reason
                STILL_HARD                           70
                WRONG_ANSWER                          8
                UNPARSED                              4

            Pairs by gap                     pairs
              small                             30
              medium                            20
              large                             50
              all                              100
              corrupted by kind
                DROPPED_STEP                    40
                WRONG_NUMBER                    30
              refused candidates by reason
                IDENTICAL                        7

            Training   first loss   final loss   steps   rows   too long   unusable
              sft          1.1600       0.3600      42    110          0          0
              cogpo        0.6931       0.5012      12    100          0          0

            Benchmark demo        pass@1 (95 %)        pass@4 (95 %)   cons@4   problems x answers
              base              2.5 % (0.0-6.1)      6.2 % (1.0-9.9)    3.1 %               64 x 4
              stage-1        36.1 % (24.0-48.2)   50.0 % (40.0-60.0)   40.0 %         64 of 66 x 4

            Answers on demo   correct   wrong   no answer   cut   not decided
              stage-1              92     150           8     4             2

            Paired differences of pass@1, in points [95 %]
              stage-1 against base on demo: better by 33.6 points [24.0, 43.1]

            Judge                calls   prompt tokens   answer tokens   cached calls        cache     cost
              curation             600          90,000          30,000             12   taken over   1.5000
              pairing              100           9,000           3,000              0         MISS   0.2500
              paid by this run                                                                       0.2500
              at least: 3 answers did not report their usage

            Stage         time                result
              ingest     1.5 s                   RUN
              curate   running   HIT, made by demo-0

            Exported
              data set file:///store/runs/demo-1/export
              rows     110 samples, 100 pairs

            Published
              model    file:///store/models/smol/versions/3
              version  smol 3, alias latest

            Report
              file:///store/runs/demo-1/report/index.html
            """);
  }

  @Test
  void leavesOutWhatTheRunHasNotReachedAndShowsTheFailure() {
    Run failed =
        Run.newBuilder()
            .setRunId("demo-2")
            .setPhase(RunPhase.RUN_PHASE_FAILED)
            .setFailure(Failure.newBuilder().setType("DATA_NOT_FOUND").setMessage("no such file"))
            .build();

    assertThat(RunTable.render(failed, false))
        .isEqualTo("Run demo-2: failed\nDATA_NOT_FOUND: no such file\n");
  }

  @Test
  void showsWhatWasMeasuredAndRated() {
    Run rated =
        Run.newBuilder()
            .setRunId("demo-3")
            .setSummary(
                RunSummary.newBuilder()
                    .setCuration(
                        CurationSummary.newBuilder()
                            .setRows(4)
                            .setRetained(3)
                            .setRejected(1)
                            .addReasons(count("NOT_SELECTED", 1))
                            .setKeptTokens(1_234)
                            .setFollowRate(
                                FollowRate.newBuilder()
                                    .setSamples(8)
                                    .setFollowed(6)
                                    .setAloneSamples(8)
                                    .setAlone(1))
                            .addVerbosity(count("4", 3))
                            .addCognitiveDifficulty(count("2", 1))
                            .addCognitiveDifficulty(count("9", 2))))
            .build();

    assertThat(RunTable.render(rated, false))
        .contains("  tokens of what is kept               1,234\n")
        .contains(
            """
            Follow rate of the original chains   right   answers    share
              with the chain                         6         8   75.0 %
              problem alone                          1         8   12.5 %

            Kept chains by rating   verbosity   cognitive difficulty
              0                             0                      0
              1                             0                      0
              2                             0                      1
              3                             0                      0
              4                             3                      0
              5                             0                      0
              6                             0                      0
              7                             0                      0
              8                             0                      0
              9                             0                      2
            """);
  }

  @Test
  void writesTerminalCodesOnlyWhenStyled() {
    assertThat(RunTable.render(finishedRun(), false)).doesNotContain("\u001b");
    assertThat(RunTable.render(finishedRun(), true))
        .startsWith("\u001b[1mRun demo-1: succeeded in 12 min 31 s\u001b[0m\n");
  }

  @Test
  void keepsControlCharactersOfNamesFromTheTerminal() {
    Run hostile =
        Run.newBuilder()
            .setRunId("a\u001b[2Jb")
            .setFailure(Failure.newBuilder().setType("X").setMessage("one\ntwo\u202e\u0007"))
            .setSummary(
                RunSummary.newBuilder()
                    .setIngest(
                        IngestSummary.newBuilder().addQuarantineReasons(count("\u001b]0;x", 1)))
                    .addComparisons(
                        Comparison.newBuilder().setModel("\u001b[m").setSentence("\u202eno")))
            .build();

    assertThat(RunTable.render(hostile, false))
        .doesNotContain("\u001b", "\u0007", "\u202e")
        .contains("a?[2Jb", "one?two??", "?]0;x", "?[m against", "?no");
  }

  @Test
  void answersThatCannotBeVotedOnHaveNoConsensus() {
    Score code = score("base", 0).addCurve(passAtK(1, 0.5, 0.4, 0.6)).build();

    assertThat(Figures.consensus(code)).isEqualTo("-");
    assertThat(Figures.consensus(code.toBuilder().addConsAtK(passAtK(4, 0, 0, 0.1)).build()))
        .isEqualTo("0.0 %");
  }

  private static Run finishedRun() {
    return Run.newBuilder()
        .setRunId("demo-1")
        .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
        .setCreatedAt(Timestamps.fromMillis(0))
        .setFinishedAt(Timestamps.fromMillis(751_000))
        .addStages(
            StageProgress.newBuilder()
                .setStage(Stage.STAGE_INGEST)
                .setReuse(StageReuse.STAGE_REUSE_RUN)
                .setStartedAt(Timestamps.fromMillis(0))
                .setFinishedAt(Timestamps.fromMillis(1_500)))
        .addStages(
            StageProgress.newBuilder()
                .setStage(Stage.STAGE_CURATE)
                .setPhase(RunPhase.RUN_PHASE_RUNNING)
                .setReuse(StageReuse.STAGE_REUSE_HIT)
                .setMadeByRunId("demo-0")
                .setStartedAt(Timestamps.fromMillis(1_500)))
        .setSummary(
            RunSummary.newBuilder()
                .setIngest(
                    IngestSummary.newBuilder()
                        .setRows(192)
                        .setQuarantined(8)
                        .addQuarantineReasons(count("DUPLICATE", 8)))
                .setCuration(
                    CurationSummary.newBuilder()
                        .setRows(192)
                        .setRetained(40)
                        .setImproved(70)
                        .setRejected(78)
                        .setQuarantined(4)
                        .addReasons(count("UNPARSED", 4))
                        .addReasons(count("WRONG_ANSWER", 8))
                        .addReasons(count("STILL_HARD", 70))
                        .addDifficultyBefore(count("SIMPLE", 80))
                        .addDifficultyBefore(count("DIFFICULTY_MEDIUM", 60))
                        .addDifficultyBefore(count("HARD", 52))
                        .addDifficultyAfter(count("SIMPLE", 12))
                        .addDifficultyAfter(count("MEDIUM", 1_130))
                        .addDifficultyAfter(count("HARD", 20))
                        .addDifficultyBefore(count("UNJUDGED", 4))
                        .addDifficultyAfter(count("UNJUDGED", 4))
                        .setCache(CacheStatus.CACHE_STATUS_POPULATED)
                        .setUsage(
                            usage(600, 90_000, 30_000).toBuilder()
                                .setCachedCalls(12)
                                .setUncountedCalls(3)
                                .setCost(1.5)))
                .setPairing(
                    PairingSummary.newBuilder()
                        .setRows(110)
                        .addGaps(count("SMALL", 30))
                        .addGaps(count("MEDIUM", 20))
                        .addGaps(count("LARGE", 50))
                        .addKinds(count("DROPPED_STEP", 40))
                        .addKinds(count("WRONG_NUMBER", 30))
                        .addRejections(count("IDENTICAL", 7))
                        .setCache(CacheStatus.CACHE_STATUS_MISS)
                        .setUsage(usage(100, 9_000, 3_000).toBuilder().setCost(0.25)))
                .setSft(training(1.16, 0.36, 42, 110))
                .setCogpo(training(0.69314, 0.5012, 12, 100))
                .addScores(
                    score("base", 0.031)
                        .addPassAtK(passAtK(1, 0.025, 0, 0.061))
                        .addPassAtK(passAtK(4, 0.0624, 0.01, 0.099)))
                .addScores(
                    score("stage-1", 0.4)
                        .setProblemsExpected(66)
                        .setOutcomes(
                            OutcomeCounts.newBuilder()
                                .setCorrect(92)
                                .setWrong(150)
                                .setNoAnswer(8)
                                .setTruncated(4)
                                .setCheckerError(2))
                        .addPassAtK(passAtK(1, 0.361, 0.24, 0.482))
                        .addPassAtK(passAtK(4, 0.5, 0.4, 0.6)))
                .addComparisons(
                    Comparison.newBuilder()
                        .setModel("stage-1")
                        .setBaseline("base")
                        .setBenchmark("demo")
                        .setSentence("better by 33.6 points [24.0, 43.1]"))
                .setExport(
                    ExportSummary.newBuilder()
                        .setUri("file:///store/runs/demo-1/export")
                        .setSamples(110)
                        .setPairs(100))
                .setRelease(
                    ReleaseSummary.newBuilder()
                        .setModel("smol")
                        .setVersion(3)
                        .setAlias("latest")
                        .setModelUri("file:///store/models/smol/versions/3"))
                .setReportUri("file:///store/runs/demo-1/report/index.html"))
        .build();
  }

  private static Count count(String name, long count) {
    return Count.newBuilder().setName(name).setCount(count).build();
  }

  private static Usage usage(long calls, long prompt, long completion) {
    return Usage.newBuilder()
        .setCalls(calls)
        .setPromptTokens(prompt)
        .setCompletionTokens(completion)
        .build();
  }

  private static TrainingResult training(double first, double last, long steps, long rows) {
    return TrainingResult.newBuilder()
        .setFirstLoss(first)
        .setFinalLoss(last)
        .setSteps(steps)
        .setRows(rows)
        .build();
  }

  private static Score.Builder score(String model, double majority) {
    return Score.newBuilder()
        .setModel(model)
        .setBenchmark("demo")
        .setProblems(64)
        .setSamples(4)
        .setMajorityVote(majority);
  }

  private static PassAtK passAtK(int k, double value, double low, double high) {
    return PassAtK.newBuilder().setK(k).setValue(value).setLow(low).setHigh(high).build();
  }

  @Test
  void tellsWhyTheGateHolds() {
    Run.Builder run = Run.newBuilder().setRunId("demo-1");
    run.getSummaryBuilder()
        .getReleaseBuilder()
        .setModel("smol")
        .setVersion(3)
        .getGateBuilder()
        .setAction(GateAction.GATE_ACTION_HOLD)
        .addFindings(GateFinding.newBuilder().setSentence("better than base on math: not met."));

    assertThat(RunTable.render(run.build(), false))
        .contains(
            "  version  smol 3\n"
                + "  gate     held: published, and the alias stays where it is\n"
                + "    better than base on math: not met.\n");
  }

  @Test
  void tellsTheDigestThatAnApprovalNamesAndWhoDecided() {
    Run.Builder run = Run.newBuilder().setRunId("demo-1");
    ReleaseSummary.Builder release = run.getSummaryBuilder().getReleaseBuilder();
    release.setModel("smol").setVersion(3);
    release.getGateBuilder().setAction(GateAction.GATE_ACTION_ASK);
    release
        .getApprovalBuilder()
        .setState(ApprovalState.APPROVAL_STATE_WAITING)
        .setReportUri("file:///store/report/approval.html")
        .setReportDigest("ab12")
        .setDeadline(Timestamps.fromSeconds(86_400));

    assertThat(RunTable.render(run.build(), false))
        .contains(
            "  gate     asks: published, and the alias stays until a person has decided\n"
                + "  approval awaited until 1970-01-02T00:00:00Z\n"
                + "    report file:///store/report/approval.html\n"
                + "    digest ab12\n");

    release.getGateBuilder().setAction(GateAction.GATE_ACTION_HOLD).setModel("stage-1");
    release
        .getApprovalBuilder()
        .setState(ApprovalState.APPROVAL_STATE_REJECTED)
        .setActor("ada\u001b[2J")
        .setNote("too short")
        .setDecidedAt(Timestamps.fromSeconds(3_600));
    assertThat(RunTable.render(run.build(), false))
        .contains(
            "where it is; the stage-1 model in place of the stage-2 model\n",
            " on 1970-01-01T01:00:00Z: too short\n")
        .contains("rejected by ada")
        .doesNotContain("\u001b");
  }
}
