package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.cli.RetortProcess.Ended;
import io.retort.output.ExitCode;
import io.retort.v1.ExportSummary;
import io.retort.v1.LastStage;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.SweepStoreRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as a separate process, with a control plane that plays a run. */
class CommandLineTest {
  private Path folder = Path.of("");
  private FakeRunService control;

  @BeforeEach
  void start(@TempDir Path place) throws IOException {
    folder = place;
    control = new FakeRunService();
    Files.writeString(
        folder.resolve("spec.yaml"), "name: demo\nseed: 7\ndata: {train: [{path: a.jsonl}]}\n");
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void launchesARunWithPathsFromTheSpecsFolder() throws Exception {
    Ended ended = retort("run", spec(), "--set", "data.train[0].limit=8", "--request-id", "r1");
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output()).isEqualTo(FakeRunService.RUN_ID);
    assertThat(control.created.get(0).getRequestId()).isEqualTo("r1");
    assertThat(control.created.get(0).getSpec().getData().getTrain(0).getPath())
        .isEqualTo(folder.resolve("a.jsonl").toString());
    assertThat(control.created.get(0).getSpec().getData().getTrain(0).getLimit()).isEqualTo(8);
  }

  @Test
  void curatesAndPairsWithoutTrainingWhateverTheSpecSays() throws Exception {
    assertThat(retort("curate", spec(), "--set", "last_stage=release").status()).isZero();
    assertThat(retort("pairs", spec()).status()).isZero();
    assertThat(retort("run", spec()).status()).isZero();

    assertThat(control.created)
        .extracting(request -> request.getSpec().getLastStage())
        .containsExactly(
            LastStage.LAST_STAGE_CURATE,
            LastStage.LAST_STAGE_PAIR,
            LastStage.LAST_STAGE_UNSPECIFIED);
  }

  @Test
  void runsStagesAnewByTheirNames() throws Exception {
    assertThat(retort("run", spec(), "--fresh", "sft,evaluate").status()).isZero();
    assertThat(
            retort("runs", "retrain", FakeRunService.RUN_ID, "--fresh", "curate", "--set", "seed=7")
                .status())
        .isZero();
    Ended wrong = retort("run", spec(), "--fresh", "train");

    assertThat(control.created.get(0).getFreshStagesList())
        .containsExactly(Stage.STAGE_SFT, Stage.STAGE_EVALUATE);
    assertThat(control.retrained.get(0).getFreshStagesList()).containsExactly(Stage.STAGE_CURATE);
    assertThat(wrong.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(wrong.output())
        .contains("'train' (expected: one of ingest, curate, sft, pair, cogpo, evaluate, release")
        .doesNotContain("Exception");
  }

  @Test
  void sweepsTheStoreOnlyWhenItIsAskedToDelete() throws Exception {
    Ended dry = retort("store", "sweep", "--older-than", "30d");
    Ended deleted = retort("store", "sweep", "--older-than", "12h", "--delete");
    Ended wrong = retort("store", "sweep", "--older-than", "soon");

    assertThat(dry.status()).as(dry.output()).isZero();
    assertThat(dry.output())
        .contains("dataset  file:///store/datasets/d")
        .contains("1 items can be deleted: add --delete; 3 runs and their objects are kept")
        .contains("Nothing can be deleted while these runs are live: live-1");
    assertThat(deleted.output()).contains("1 items are deleted");
    assertThat(control.store.swept)
        .extracting(request -> request.getOlderThan().getSeconds())
        .containsExactly(30L * 86_400, 12L * 3_600);
    assertThat(control.store.swept)
        .extracting(SweepStoreRequest::getDelete)
        .containsExactly(false, true);
    assertThat(wrong.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(wrong.output()).contains("'soon' (expected: a number of days, hours or minutes");
  }

  @Test
  void listsRunsThatTakeMoreThanGrpcsDefaultOfFourMebibytes() throws Exception {
    control.run =
        control.run.toBuilder().setSpec(RunSpec.newBuilder().setName("n".repeat(5 << 20))).build();

    Ended ended = retort("runs", "list");

    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output()).startsWith(FakeRunService.RUN_ID);
  }

  @Test
  void showsTheFolderOfTheExportAtTheEnd() throws Exception {
    control.changes =
        List.of(
            Run.newBuilder()
                .setRunId(FakeRunService.RUN_ID)
                .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
                .setSpec(RunSpec.newBuilder().setLastStage(LastStage.LAST_STAGE_CURATE))
                .setSummary(
                    RunSummary.newBuilder()
                        .setExport(
                            ExportSummary.newBuilder()
                                .setUri("file:///store/runs/r/export")
                                .setSamples(1234)))
                .build());
    Ended ended = retort("curate", spec(), "--watch");
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output())
        .contains("data set file:///store/runs/r/export")
        .contains("1,234 samples, 0 pairs")
        .contains("curate ")
        .doesNotContain("release ");
  }

  @Test
  void tellsEachChangeOnceAndEndsWell() throws Exception {
    Run running = at(RunPhase.RUN_PHASE_RUNNING, 3, "loss 0.4200");
    control.changes =
        List.of(
            running,
            running,
            at(RunPhase.RUN_PHASE_RUNNING, 9, "loss 0.3100"),
            at(RunPhase.RUN_PHASE_SUCCEEDED, 12, "loss 0.2900"));
    Ended ended = retort("run", spec(), "--watch");
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(ended.output())
        .containsOnlyOnce("loss 0.4200")
        .containsOnlyOnce("loss 0.3100")
        .contains("3/12 steps")
        .doesNotContain("\033[");
  }

  @Test
  void endsWithTheCodeOfTheRunsEnd() throws Exception {
    control.changes = List.of(at(RunPhase.RUN_PHASE_FAILED, 3, "loss 0.4200"));
    assertThat(retort("runs", "watch", FakeRunService.RUN_ID).status())
        .isEqualTo(ExitCode.RUN_FAILED.number());
    control.changes = List.of(at(RunPhase.RUN_PHASE_CANCELLED, 3, ""));
    assertThat(retort("runs", "watch", FakeRunService.RUN_ID).status())
        .isEqualTo(ExitCode.RUN_CANCELLED.number());
  }

  @Test
  void tellsEveryMistakeOfASpecBeforeItIsSent() throws Exception {
    Files.writeString(folder.resolve("spec.yaml"), "nam: demo\nseed: x\n");
    Ended ended = retort("run", spec());
    assertThat(ended.status()).isEqualTo(ExitCode.SPEC_INVALID.number());
    assertThat(ended.output())
        .contains("nam: unknown key (expected: name)")
        .contains("seed: \"x\" (expected: a whole number)")
        .doesNotContain("\tat ");
    assertThat(control.created).isEmpty();
  }

  @Test
  void tellsEveryViolationThatTheControlPlaneFinds() throws Exception {
    Ended ended = retort("run", spec(), "--set", "seed=13");
    assertThat(ended.status()).isEqualTo(ExitCode.SPEC_INVALID.number());
    assertThat(ended.output())
        .contains("seed: 13 (expected: luck)")
        .contains("team: missing (expected: one)");
  }

  @Test
  void tellsAMissingSpec() throws Exception {
    Ended ended = retort("run", folder.resolve("none.yaml").toString());
    assertThat(ended.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(ended.output()).contains("none.yaml: not found").doesNotContain("\tat ");
  }

  @Test
  void tellsASpecThatIsNoText() throws Exception {
    Files.write(folder.resolve("spec.yaml"), new byte[] {(byte) 0xFF, 0, 1});
    Ended binary = retort("run", spec());
    assertThat(binary.status()).isEqualTo(ExitCode.SPEC_INVALID.number());
    assertThat(binary.output()).contains("spec.yaml: is no text in UTF-8").doesNotContain("\tat ");
    Ended directory = retort("run", folder.toString());
    assertThat(directory.status()).isEqualTo(ExitCode.SPEC_INVALID.number());
    assertThat(directory.output()).contains("Is a directory").doesNotContain("\tat ");
  }

  @Test
  void tellsAWrongCommand() throws Exception {
    Ended ended = retort("rnu", "spec.yaml");
    assertThat(ended.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(ended.output()).contains("rnu");
  }

  @Test
  void listsShowsAndCancels() throws Exception {
    assertThat(retort("runs", "list").output()).startsWith(FakeRunService.RUN_ID);
    assertThat(retort("runs", "show", FakeRunService.RUN_ID).status()).isZero();
    Ended unknown = retort("runs", "show", "other");
    assertThat(unknown.status()).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(unknown.output()).isEqualTo("error: run: other (expected: the id of a run)");
    Ended cancelled = retort("runs", "cancel", FakeRunService.RUN_ID, "--reason", "enough");
    assertThat(cancelled.status()).isZero();
    assertThat(control.cancelled.get(0).getReason()).isEqualTo("enough");
  }

  @Test
  void pausesAndResumesWithAnotherBudget() throws Exception {
    Ended paused = retort("runs", "pause", FakeRunService.RUN_ID, "--reason", "lunch");
    assertThat(paused.status()).as(paused.output()).isZero();
    assertThat(paused.output()).isEqualTo(FakeRunService.RUN_ID + ": paused, because lunch");
    assertThat(control.paused.get(0).getReason()).isEqualTo("lunch");
    assertThat(retort("runs", "resume", FakeRunService.RUN_ID).status()).isZero();
    assertThat(control.resumed.get(0).hasBudget()).isFalse();
    Ended resumed = retort("runs", "resume", FakeRunService.RUN_ID, "--budget", "12.5");
    assertThat(resumed.output()).isEqualTo(FakeRunService.RUN_ID + ": running");
    assertThat(control.resumed.get(1).getBudget()).isEqualTo(12.5);
  }

  @Test
  void approvesAndRejectsByTheReportThatWasRead() throws Exception {
    Ended approved =
        retort(
            "runs", "approve", FakeRunService.RUN_ID, "--report-digest", "ab12", "--actor", "ada");
    assertThat(approved.status()).as(approved.output()).isZero();
    assertThat(approved.output()).startsWith(FakeRunService.RUN_ID + ": approved by ada on ");
    assertThat(control.approved.get(0).getReportDigest()).isEqualTo("ab12");
    Ended rejected =
        retort(
            "runs", "reject", FakeRunService.RUN_ID, "--report-digest", "ab12", "--note", "short");
    assertThat(rejected.output()).contains(": rejected by ");
    assertThat(control.rejected.get(0).getActor()).isNotEmpty();
    assertThat(control.rejected.get(0).getNote()).isEqualTo("short");
    assertThat(retort("runs", "approve", FakeRunService.RUN_ID).status()).isNotZero();
  }

  @Test
  void retrainsWithTheChangedFieldsAlone() throws Exception {
    control.run =
        control.run.toBuilder()
            .setSpec(SpecFile.read(folder.resolve("spec.yaml"), List.of("sft.epochs=2")))
            .build();
    Ended ended =
        retort("runs", "retrain", FakeRunService.RUN_ID, "--set", "sft.learning_rate=1e-5");
    assertThat(ended.status()).as(ended.output()).isZero();
    assertThat(control.retrained.get(0).getUpdateMask().getPathsList())
        .containsExactly("sft.learning_rate");
    assertThat(control.retrained.get(0).getChanges().getSft().getLearningRate()).isEqualTo(1e-5);
    assertThat(control.retrained.get(0).getChanges().getSft().hasEpochs()).isFalse();
  }

  @Test
  void leavesTheRunAloneWhenItIsInterrupted() throws Exception {
    control.changes = List.of(at(RunPhase.RUN_PHASE_RUNNING, 3, "loss 0.4200"));
    control.ends = false;
    Process process = start("runs", "watch", FakeRunService.RUN_ID);
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    while (line != null && !line.contains("loss 0.4200")) {
      line = output.readLine();
    }
    assertThat(line).isNotNull();
    // Not by the process itself, which would also close its output.
    process.toHandle().destroy();
    assertThat(output.lines().collect(Collectors.joining("\n")))
        .contains("retort runs watch " + FakeRunService.RUN_ID)
        .contains("retort runs cancel " + FakeRunService.RUN_ID);
    assertThat(process.waitFor()).isEqualTo(143);
    assertThat(control.cancelled).isEmpty();
  }

  @Test
  void tellsAControlPlaneThatIsDown() throws Exception {
    control.close();
    Ended ended = retort("runs", "list");
    assertThat(ended.status()).isEqualTo(ExitCode.UNREACHABLE.number());
    assertThat(ended.output())
        .startsWith("error: the control plane cannot be reached: " + control.address() + ": ")
        .doesNotContain("\tat ");
    assertThat(retort("run", spec()).output())
        .containsOnlyOnce("cannot be reached")
        .startsWith("error: ");
  }

  @Test
  void tellsAHostThatDoesNotExist() throws Exception {
    Ended ended = new RetortProcess(folder, "retort.invalid:7400").run("runs", "list");
    assertThat(ended.status()).isEqualTo(ExitCode.UNREACHABLE.number());
    assertThat(ended.output())
        .startsWith("error: the control plane cannot be reached: retort.invalid:7400: ")
        .doesNotContain("\tat ", "WARNING");
  }

  @Test
  void anAddressThatIsNoneIsWrongUse() throws Exception {
    Ended ended = new RetortProcess(folder, "ftp://retort.invalid").run("runs", "list");
    assertThat(ended.status()).isEqualTo(ExitCode.USAGE.number());
    assertThat(ended.output()).startsWith("error: ").contains("ftp://retort.invalid");
  }

  @Test
  void wrongUseIsToldInTwoLines() {
    assertThat(wrongUse("eval"))
        .isEqualTo(
            """
            error: nothing to evaluate (expected: models and --benchmark, or a run and --samples)
            See: retort eval --help
            """);
    assertThat(wrongUse("lanes", "set", "nightly", "--policy", "serial"))
        .startsWith("error: --policy: serial (expected: ")
        .endsWith("\nSee: retort lanes set --help\n");
    assertThat(wrongUse("lanes", "set", "nightly"))
        .startsWith("error: Missing required option")
        .endsWith("\nSee: retort lanes set --help\n");
    assertThat(wrongUse("runs", "budget", "demo-1", "abc"))
        .contains("'abc' (expected: a number)")
        .endsWith("\nSee: retort runs budget --help\n");
    assertThat(wrongUse("runs", "lst")).contains("list").endsWith("See: retort runs --help\n");
    assertThat(wrongUse("runs")).startsWith("error: Missing required subcommand");
  }

  private static String wrongUse(String... arguments) {
    StringWriter err = new StringWriter();
    assertThat(Retort.commandLine().setErr(new PrintWriter(err, true)).execute(arguments))
        .isEqualTo(ExitCode.USAGE.number());
    return err.toString();
  }

  private String spec() {
    return folder.resolve("spec.yaml").toString();
  }

  private static Run at(RunPhase phase, int step, String detail) {
    return Run.newBuilder()
        .setRunId(FakeRunService.RUN_ID)
        .setPhase(phase)
        .addStages(
            StageProgress.newBuilder()
                .setStage(Stage.STAGE_SFT)
                .setPhase(phase)
                .setDone(step)
                .setTotal(12)
                .setUnit("steps")
                .setDetail(detail)
                .setEtaSeconds(-1))
        .build();
  }

  private Ended retort(String... arguments) throws Exception {
    return new RetortProcess(folder, control.address()).run(arguments);
  }

  private Process start(String... arguments) throws IOException {
    return new RetortProcess(folder, control.address()).start(arguments);
  }
}
