package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import io.retort.browser.Browser;
import io.retort.layout.RunLayout;
import io.retort.registry.ModelVersions;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.Count;
import io.retort.v1.CurvePoint;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.LossPoint;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.PassAtK;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The pages in a real browser, on a real server with stub workflows. */
final class PagesBrowserTest {
  /** A folder for pictures of the pages, to look at: {@code -Dpages.pictures=FOLDER}. */
  private static final @Nullable String PICTURES = System.getProperty("pages.pictures");

  private static final String REPORT =
      "<!doctype html><title>r</title><body><script>document.body.textContent = 'seen by script'"
          + "</script>";

  private static final String LOG_ENDS_IN_VIEW =
      "(log => log.scrollTop > 0 && log.scrollTop + log.clientHeight >= log.scrollHeight - 1)"
          + "(document.querySelector('#log-text'))";

  private static Optional<Browser> opened = Optional.empty();
  private static Browser browser;
  private static ControlHarness control;
  private static String waiting;
  private static String training;

  @BeforeAll
  static void open(@TempDir Path store) throws IOException {
    opened = Browser.open();
    assumeTrue(
        opened.isPresent(),
        "no chromium and chromedriver on the PATH: the pages are not tested in a browser");
    browser = opened.orElseThrow();
    control = new ControlHarness(store);
    control.activities.trainerHeartbeat.set(heartbeat());
    training = control.create("trains").getRunId();
    waiting = running("awaits");
    writeReport(waiting);
    write(control.storeUri + "/runs/failed-1/run.json", failed());
    String unused = control.blockLane("nightly");
    ModelVersions versions =
        new ModelVersions(Store.open(control.storeUri), control.storeUri, "smol");
    assertThat(versions.reserve("failed-1")).isEqualTo(1);
    write(
        Store.resolve(versions.folder(1), ModelVersions.PROVENANCE),
        ReleaseProvenance.newBuilder()
            .setRunId("failed-1")
            .setModel("smol")
            .setVersion(1)
            .putFiles("model.safetensors", "ab12")
            .build());
    control
        .client(ModelServiceGrpc.ModelServiceBlockingStub.class)
        .promoteAlias(
            PromoteAliasRequest.newBuilder()
                .setReference("smol:v1")
                .setAlias("production")
                .setReason("the first one")
                .build());
  }

  @AfterAll
  static void close() {
    opened.ifPresent(Browser::close);
    if (control != null) {
      control.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"360,light", "360,dark", "1280,light", "1280,dark"})
  void isAccessibleAndFitsTheScreen(int width, String scheme) throws IOException {
    for (Map.Entry<String, String> page :
        Map.ofEntries(
                Map.entry("runs", "/runs"),
                Map.entry("search", "/runs?text=a&label=project%3Da&waits=true"),
                Map.entry("wrong-search", "/runs?filter=team%3D%3D1"),
                Map.entry("awaits", "/runs/" + waiting),
                Map.entry("approval", "/runs/" + waiting + "/approval"),
                Map.entry("approvals", "/approvals"),
                Map.entry("trains", "/runs/" + training),
                Map.entry("new", "/new"),
                Map.entry("retrain", "/runs/" + waiting + "/retrain"),
                Map.entry("compare", "/compare?run=" + waiting + "&run=" + training),
                Map.entry("models", "/models"),
                Map.entry("model", "/models/smol"),
                Map.entry("datasets", "/datasets"),
                Map.entry("dataset", "/datasets/failed-1"),
                Map.entry("samples", "/runs/failed-1/samples"),
                Map.entry("logs", "/runs/" + training + "/logs"),
                Map.entry("lanes", "/lanes"),
                Map.entry("lane", "/lanes/nightly"),
                Map.entry("failed", "/runs/failed-1"),
                Map.entry("missing", "/runs/nobody-1"))
            .entrySet()) {
      browser.show(control.address() + page.getValue(), width, scheme, true);
      picture(page.getKey() + "-" + width + "-" + scheme);

      assertThat(browser.wide()).as("%s: wider than the page", page).isEmpty();
      // Asked first: axe calls into frames, and those of other origins do not answer.
      assertThat(
              browser.console().stream()
                  .filter(line -> !line.contains("404") && !line.contains("400")))
          .as("%s", page)
          .isEmpty();
      assertThat(browser.violations()).as("%s", page).isEmpty();
      assertThat(browser.console()).as("%s", page).allMatch(line -> line.contains("postMessage"));
    }
  }

  @Test
  void isReadableWithoutScript() {
    browser.show(control.address() + "/runs/" + waiting, 1280, "light", false);

    assertThat(browser.element("main").getText())
        .contains("release", "Approval", "math: cannot tell");
  }

  @Test
  void theKeyboardReachesTheContent() {
    browser.show(control.address() + "/runs", 1280, "light", true);
    browser.focused().sendKeys(Keys.TAB);

    assertThat(browser.focused().getText()).isEqualTo("Skip to the content");
  }

  @Test
  void curvesAreDrawnUnderThePolicy() {
    browser.show(control.address() + "/runs/" + training, 1280, "light", true);
    browser.await("document.querySelectorAll('#curves canvas').length === 1");

    assertThat(browser.element("figure[data-chart=loss] figcaption").getText()).isEqualTo("Loss");
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void theListDrawsTheLossOfATraining() {
    browser.show(control.address() + "/runs", 1280, "light", true);
    String line = "document.querySelector('#loss-" + training + " svg.spark')";
    browser.await(line + " !== null");

    assertThat(browser.value(line + ".querySelector('title').textContent"))
        .isEqualTo("sft loss from 2.0000 to 0.1414");
    browser.run(line + ".dataset.same = 'yes'");
    browser.run("document.querySelector('#run-table tbody').dataset.old = 'yes'");
    browser.run("htmx.ajax('GET', '/runs', '#run-table')");
    browser.await("document.querySelector('#run-table tbody[data-old]') === null");
    assertThat(browser.value(line + ".dataset.same"))
        .as("the line stays while the table is drawn again")
        .isEqualTo("yes");
  }

  @Test
  void aLogFollowsItsEndWhileNobodyReadsAbove() throws IOException {
    writeLog(training, 400);
    browser.show(control.address() + "/runs/" + training + "/logs", 1280, "light", true);
    browser.await(LOG_ENDS_IN_VIEW);
    browser.run("document.querySelector('#log-text').focus()");

    writeLog(training, 500);
    askAgain();
    browser.await("document.querySelector('#log-text').textContent.includes('line 500')");
    browser.await(LOG_ENDS_IN_VIEW);
    assertThat(browser.value("document.activeElement.id")).isEqualTo("log-text");

    browser.run("document.querySelector('#log-text').scrollTop = 200");
    writeLog(training, 600);
    askAgain();
    assertThat(browser.value("document.querySelector('#log-text').scrollTop")).isEqualTo(200L);
    // At once: the page asks for itself as soon as the end is in view and nothing is selected.
    browser.run(
        "const log = document.querySelector('#log-text');"
            + " log.scrollTop = 1e6; getSelection().selectAllChildren(log)");
    askAgain();
    assertThat(
            browser.value("document.querySelector('#log-text').textContent.includes('line 600')"))
        .as("what is selected stays")
        .isEqualTo(false);
    browser.run("getSelection().removeAllRanges()");
    askAgain();
    browser.await("document.querySelector('#log-text').textContent.includes('line 600')");
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void aProblemOfASectionLeadsToIt() {
    browser.show(control.address() + "/new", 1280, "light", true);
    browser.element("#field-name").sendKeys("a");
    browser.await("document.querySelector('#validation a') !== null");
    browser.run("document.querySelectorAll('details.part').forEach(one => { one.open = false; })");
    browser.element("#validation a").click();
    browser.await("document.activeElement.id.startsWith('field-data')");

    assertThat(browser.focused().isDisplayed()).isTrue();
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void aRefusedLaneLeadsToWhatIsWrong() throws IOException {
    browser.show(control.address() + "/lanes", 1280, "light", true);
    browser.element("#lane-name").sendKeys("new");
    browser.run("document.querySelector('#lane-policy').value = 'PARALLEL'");
    browser.element("#lane-slots").sendKeys("01");
    press("Create");
    browser.await("document.activeElement.id === 'lane-refusal'");
    picture("refused-lane");

    assertThat(browser.focused().getText()).contains("Runs at once");
    assertThat(browser.violations()).isEmpty();
    browser.element("#lane-refusal a").click();
    browser.await("document.activeElement.id === 'lane-slots'");
    assertThat(browser.value("document.activeElement.ariaInvalid")).isEqualTo("true");
    assertThat(browser.console()).as("the refusal itself").allMatch(line -> line.contains("400"));
  }

  @Test
  void theFormIsCheckedWhileOneTypes() {
    browser.show(control.address() + "/new", 1280, "light", true);
    browser.element("#field-name").sendKeys("Bad Name");
    browser.await("document.querySelector('#validation').textContent.includes('name')");

    assertThat(browser.element("#validation a[href='#field-name']").isDisplayed()).isTrue();
    assertThat(browser.console()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"360,light", "360,dark", "1280,light", "1280,dark"})
  void thePlanIsShownWhileOneTypes(int width, String scheme) throws IOException {
    browser.show(control.address() + "/new", width, scheme, true);
    browser.element("#field-name").sendKeys("plans");
    browser.element("#field-data-train-0--path").sendKeys("/a.jsonl");
    browser.await("document.querySelector('#validation').textContent.includes('ingest HIT')");
    picture("plan-" + width + "-" + scheme);

    assertThat(browser.element("#plan").getText())
        .contains("made by earlier-1", "curation.max_rounds", StubPlanWorkflow.HOSTILE);
    assertThat(browser.wide()).isEmpty();
    assertThat(browser.violations()).isEmpty();
    browser.element("#field-name").sendKeys(" ");
    browser.element("#field-seed").sendKeys("x");
    browser.await("document.querySelector('#field-seed').ariaInvalid === 'true'");

    assertThat(browser.element("#plan").getText()).as("of what is wrong").isEmpty();
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void aRetrainMarksWhatDiffersWhileOneTypes() {
    browser.show(control.address() + "/runs/" + waiting + "/retrain", 1280, "light", true);
    browser.await("document.querySelector('#validation').textContent.includes('Valid.')");
    browser.element("#field-seed").sendKeys("7");

    assertThat(browser.element(".changed label").getText()).isEqualTo("seed");
    assertThat(browser.element("#field-seed-help").getText()).startsWith("Changed; was 42");
    browser.element("#field-seed").sendKeys(Keys.BACK_SPACE);
    assertThat(browser.elements(".changed")).isEmpty();
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void theReportIsShownBesideTheDecision() throws IOException {
    String run = running("awaits");
    writeReport(run);
    browser.show(control.address() + "/runs/" + run + "/approval", 1280, "light", true);
    browser.await("document.title.startsWith('Approval')");
    picture("approval-report");

    assertThat(browser.frame("iframe.report", "document.body.textContent + window.origin"))
        .as("its script runs, in an origin of its own")
        .isEqualTo("seen by scriptnull");
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void aPersonGoesFromTheListToTheDecision() {
    String run = running("awaits");
    control.awaitListed(run, RunPhase.RUN_PHASE_RUNNING);
    browser.show(control.address() + "/runs?phase=RUN_PHASE_RUNNING", 1280, "light", true);
    browser.element("#run-" + run).click();

    press("Pause");
    browser.await("document.querySelector('.state').textContent.includes('paused')");
    press("Resume");
    browser.await("document.querySelector('.state').textContent.includes('running')");
    browser.element("#note").sendKeys("looks right");
    press("Approve");
    control.awaitEnd(run);
    // The browser hears of the end by the stream of events.
    browser.await("document.querySelector('.state').textContent.includes('succeeded')");

    assertThat(browser.element(".decision").getText()).contains("approved by local", "looks right");
    assertThat(control.get(run).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(browser.console()).isEmpty();
  }

  private static void press(String label) {
    browser.run(
        "[...document.querySelectorAll('button')].find(one => one.textContent === '"
            + label
            + "').click()");
  }

  private static String running(String name) {
    String run = control.create(name).getRunId();
    return control.watchUntil(run, one -> one.getPhase() == RunPhase.RUN_PHASE_RUNNING).getRunId();
  }

  /** A run with something in every part of its page. */
  private static Run failed() {
    Run.Builder run =
        Run.newBuilder()
            .setRunId("failed-1")
            .setPhase(RunPhase.RUN_PHASE_FAILED)
            .setOriginRunId("origin-1")
            .setSpec(control.get(waiting).getSpec())
            .setCreatedAt(Timestamps.fromSeconds(1_800_000_000))
            .setFinishedAt(Timestamps.fromSeconds(1_800_003_600))
            .addWarnings("student.max_length: 40 % of the rows are longer")
            .setFailure(
                Failure.newBuilder()
                    .setCategory(FailureCategory.FAILURE_CATEGORY_USER)
                    .setType("NAN_LOSS")
                    .setMessage("loss is nan at step 40 of 90.\nLower learning_rate."));
    run.getSpecBuilder().getJudgeBuilder().setBudget(10);
    run.addStages(
            stage(Stage.STAGE_INGEST, RunPhase.RUN_PHASE_SUCCEEDED, StageReuse.STAGE_REUSE_HIT))
        .addStages(stage(Stage.STAGE_SFT, RunPhase.RUN_PHASE_FAILED, StageReuse.STAGE_REUSE_RUN));
    RunSummary.Builder summary = run.getSummaryBuilder().setReportUri("file:///report");
    summary.getIngestBuilder().setRows(1000).setQuarantined(3);
    summary
        .getIngestBuilder()
        .addQuarantineReasons(Count.newBuilder().setName("NO_ANSWER").setCount(3));
    summary.getCurationBuilder().setRows(1000).setRetained(600).setImproved(300).setRejected(100);
    summary.getCurationBuilder().getUsageBuilder().setCost(3.1);
    summary.getPairingBuilder().addGaps(Count.newBuilder().setName("SMALL").setCount(40));
    summary
        .getSftBuilder()
        .setFirstLoss(2)
        .setFinalLoss(0.5)
        .setSteps(90)
        .addCurve(LossPoint.newBuilder().setStep(1).setLoss(2))
        .addCurve(LossPoint.newBuilder().setStep(90).setLoss(0.5));
    summary
        .addScoresBuilder()
        .setBenchmark("gsm8k")
        .setModel("stage-1")
        .setProblems(64)
        .addPassAtK(PassAtK.newBuilder().setK(1).setValue(0.4).setLow(0.3).setHigh(0.5));
    summary
        .addComparisonsBuilder()
        .setBenchmark("gsm8k")
        .setModel("stage-1")
        .setBaseline("base")
        .setDifference(0.12)
        .setLow(0.05)
        .setHigh(0.2)
        .setVerdict(ComparisonVerdict.COMPARISON_VERDICT_BETTER);
    return run.build();
  }

  private static StageProgress stage(Stage stage, RunPhase phase, StageReuse reuse) {
    return StageProgress.newBuilder()
        .setStage(stage)
        .setPhase(phase)
        .setReuse(reuse)
        .setMadeByRunId(reuse == StageReuse.STAGE_REUSE_HIT ? "origin-1" : "")
        .setStartedAt(Timestamps.fromSeconds(1_800_000_000))
        .setFinishedAt(Timestamps.fromSeconds(1_800_000_060))
        .setDone(40)
        .setTotal(90)
        .setUnit("steps")
        .setDetail("attempt 2 after: loss is nan")
        .setFingerprint("0123456789abcdef".repeat(4))
        .build();
  }

  /** As the page does every five seconds. */
  private static void askAgain() {
    browser.run(
        "window.asked = false; const log = document.querySelector('#log');"
            + " htmx.ajax('GET', log.getAttribute('hx-get'),"
            + " {source: log, target: log, swap: 'outerHTML'})"
            + ".finally(() => { window.asked = true; })");
    browser.await("window.asked");
  }

  private static void writeLog(String run, int lines) throws IOException {
    StringBuilder log = new StringBuilder();
    for (int line = 1; line <= lines; line++) {
      log.append("line ").append(line).append('\n');
    }
    Store.open(control.storeUri)
        .write(
            new RunLayout(control.storeUri, run).events(),
            output -> output.write(log.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private static void writeReport(String run) throws IOException {
    Store.open(control.storeUri)
        .write(
            control.storeUri + "/runs/" + run + "/report/approval.html",
            output -> output.write(REPORT.getBytes(StandardCharsets.UTF_8)));
  }

  private static void write(String uri, Message message) throws IOException {
    Store.open(control.storeUri)
        .write(
            uri, output -> output.write(ProtoJson.print(message).getBytes(StandardCharsets.UTF_8)));
  }

  private static TrainerHeartbeat heartbeat() {
    TrainerHeartbeat.Builder heartbeat =
        TrainerHeartbeat.newBuilder().setState(TrainerState.TRAINER_STATE_RUNNING);
    heartbeat.getProgressBuilder().setDone(200).setTotal(400).setUnit("steps").setLoss(0.5);
    for (int step = 1; step <= 200; step++) {
      heartbeat
          .getProgressBuilder()
          .getCurvesBuilder()
          .addLoss(CurvePoint.newBuilder().setStep(step).setValue(2.0 / Math.sqrt(step)));
    }
    return heartbeat.build();
  }

  private static void picture(String name) throws IOException {
    if (PICTURES != null) {
      Files.write(
          Files.createDirectories(Path.of(PICTURES)).resolve(name + ".png"), browser.picture());
    }
  }
}
