package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.retort.browser.Browser;
import io.retort.v1.CurvePoint;
import io.retort.v1.RunPhase;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerState;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private static Optional<Browser> opened = Optional.empty();
  private static Browser browser;
  private static ControlHarness control;
  private static String waiting;
  private static String training;

  @BeforeAll
  static void open(@TempDir Path store) {
    opened = Browser.open();
    assumeTrue(
        opened.isPresent(),
        "no chromium and chromedriver on the PATH: the pages are not tested in a browser");
    browser = opened.orElseThrow();
    control = new ControlHarness(store);
    control.activities.trainerHeartbeat.set(heartbeat());
    training = control.create("trains").getRunId();
    waiting = running("awaits");
    ListWorkflowExecutionsResponse.Builder found = ListWorkflowExecutionsResponse.newBuilder();
    for (String run : List.of(waiting, training)) {
      found.addExecutions(
          WorkflowExecutionInfo.newBuilder()
              .setExecution(WorkflowExecution.newBuilder().setWorkflowId(run))
              .setType(WorkflowType.newBuilder().setName("Run"))
              .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING));
    }
    control.visibility.response = found.build();
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
        Map.of(
                "runs",
                "/runs",
                "awaits",
                "/runs/" + waiting,
                "trains",
                "/runs/" + training,
                "new",
                "/new",
                "retrain",
                "/runs/" + waiting + "/retrain",
                "compare",
                "/compare?run=" + waiting + "&run=" + training,
                "models",
                "/models",
                "missing",
                "/runs/nobody-1")
            .entrySet()) {
      browser.show(control.address() + page.getValue(), width, scheme, true);
      picture(page.getKey() + "-" + width + "-" + scheme);

      assertThat(browser.wide()).as("%s: wider than the page", page).isEmpty();
      assertThat(browser.violations()).as("%s", page).isEmpty();
      assertThat(browser.console().stream().filter(line -> !line.contains("404")))
          .as("%s", page)
          .isEmpty();
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
  void theFormIsCheckedWhileOneTypes() {
    browser.show(control.address() + "/new", 1280, "light", true);
    browser.element("#field-name").sendKeys("Bad Name");
    browser.await("document.querySelector('#validation').textContent.includes('name')");

    assertThat(browser.element("#validation a[href='#field-name']").isDisplayed()).isTrue();
    assertThat(browser.console()).isEmpty();
  }

  @Test
  void aPersonGoesFromTheListToTheDecision() {
    String run = running("awaits");
    control.visibility.response =
        control.visibility.response.toBuilder()
            .addExecutions(
                WorkflowExecutionInfo.newBuilder()
                    .setExecution(WorkflowExecution.newBuilder().setWorkflowId(run))
                    .setType(WorkflowType.newBuilder().setName("Run"))
                    .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING))
            .build();
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
