package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.layout.RunLayout;
import io.retort.registry.ModelVersions;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.CurvePoint;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.LossPoint;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerState;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages as a browser without script gets them. */
final class PagesTest {
  private static final String HOSTILE = "</td><script>alert(1)</script>\"' onload=x {{7*7}}";
  private static ControlHarness control;

  private PageClient client;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @BeforeEach
  void open() {
    client = new PageClient(control.address());
    control.visibility.requests.clear();
    control.visibility.response = ListWorkflowExecutionsResponse.getDefaultInstance();
    control.activities.reset();
  }

  @Test
  void aPageLoadsAndRunsNothingOfOthers() {
    HttpResponse<String> page = client.get("/runs");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(page.body())
        .doesNotContain("<script>", "<style", "style=\"", "onclick", "http://", "https://")
        .contains("\"allowEval\":false", "\"includeIndicatorStyles\":false");
    assertThat(page.headers().firstValue("set-cookie").orElseThrow())
        .contains("HttpOnly", "SameSite=Strict");
  }

  @Test
  void textsOfOthersAreShownAsTheyAre() throws IOException {
    Run.Builder run =
        Run.newBuilder()
            .setRunId("hostile-1")
            .setPhase(RunPhase.RUN_PHASE_FAILED)
            .setCreatedAt(Timestamps.fromSeconds(1))
            .addWarnings(HOSTILE)
            .setFailure(
                Failure.newBuilder()
                    .setCategory(FailureCategory.FAILURE_CATEGORY_USER)
                    .setType(HOSTILE)
                    .setMessage(HOSTILE))
            .addStages(
                StageProgress.newBuilder()
                    .setStage(Stage.STAGE_INGEST)
                    .setPhase(RunPhase.RUN_PHASE_FAILED)
                    .setMadeByRunId(HOSTILE)
                    .setDetail(HOSTILE));
    run.getSpecBuilder().setName(HOSTILE).setTeam(HOSTILE);
    run.getSpecBuilder().getStudentBuilder().setModel(HOSTILE);
    run.getSummaryBuilder().addScoresBuilder().setBenchmark(HOSTILE).setModel(HOSTILE);
    run.getSummaryBuilder()
        .getSftBuilder()
        .addCurve(LossPoint.newBuilder().setStep(1).setLoss(2))
        .addCurve(LossPoint.newBuilder().setStep(9).setLoss(0.5));
    run.getSummaryBuilder().getIngestBuilder().addQuarantineReasonsBuilder().setName(HOSTILE);
    write(run.build());
    control.awaitListed("hostile-1", RunPhase.RUN_PHASE_FAILED);

    // No other test has asked for this page of the list, which is kept for some seconds.
    String list = "/runs?phase=RUN_PHASE_FAILED";
    for (String path : List.of("/runs/hostile-1", list, "/runs/hostile-1/retrain")) {
      HttpResponse<String> page = client.get(path);
      assertThat(page.statusCode()).as(path).isEqualTo(200);
      assertThat(page.body()).as(path).contains("hostile-1").doesNotContain("<script>alert");
    }
    assertThat(client.get("/runs/hostile-1").body()).contains("&lt;script&gt;alert(1)");
    assertThat(client.get(list).body())
        .contains(
            "<title>sft loss from 2.0000 to 0.5000</title><polyline points=\"1.5,1.5 58.5,14.5\"/>");
    assertThat(client.get("/runs/%3Cscript%3Ealert(1)").statusCode()).isEqualTo(404);
  }

  @Test
  void aPageOfTenThousandRunsIsReadOnceForEverybody(@TempDir Path store) {
    ListWorkflowExecutionsResponse.Builder found = ListWorkflowExecutionsResponse.newBuilder();
    for (int number = 1; number <= 10_000; number++) {
      found.addExecutions(
          WorkflowExecutionInfo.newBuilder()
              .setExecution(WorkflowExecution.newBuilder().setWorkflowId("run-" + number))
              .setType(WorkflowType.newBuilder().setName("Run"))
              .setStartTime(Timestamps.fromSeconds(number))
              .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING));
    }
    FakeVisibility visibility = new FakeVisibility();
    visibility.response = found.build();
    try (ControlHarness one =
        new ControlHarness(
            store,
            Deadlines.DEFAULT,
            Map.of("RETORT_CALLS_PER_SECOND", "0"),
            visibility,
            Duration.ofHours(1))) {
      String first = new PageClient(one.address()).get("/runs").body();
      for (int viewer = 0; viewer < 100; viewer++) {
        assertThat(one.api.listRuns(ListRunsRequest.getDefaultInstance()).getRunsList())
            .hasSize(50)
            .first()
            .returns("run-10000", Run::getRunId);
        assertThat(new PageClient(one.address()).get("/runs").body())
            .contains("/runs/run-10000\"", "/runs/run-9951\"", "rel=\"next\"")
            .doesNotContain("/runs/run-9950\"");
      }
      assertThat(new PageClient(one.address()).get("/runs?text=run-123").body())
          .contains("/runs/run-123\"", "/runs/run-1239\"")
          .doesNotContain("/runs/run-10000\"", "rel=\"next\"");
      assertThat(
              new PageClient(one.address())
                  .get("/runs?text=run-&order=created_at&filter=NOT%20run_id%3Drun-1")
                  .body())
          .contains("/runs/run-2\"", "/runs/run-51\"", "filter=NOT+run_id%3Drun-1&amp;page_token=")
          .doesNotContain("/runs/run-1\"", "/runs/run-52\"");
      String next = first.replaceAll("(?s).*<a href=\"([^\"]+)\" rel=\"next\".*", "$1");
      assertThat(new PageClient(one.address()).get(next.replace("&amp;", "&")).body())
          .contains("/runs/run-9950\"", "/runs/run-9901\"")
          .doesNotContain("/runs/run-9951\"", "/runs/run-9900\"");
    }
    assertThat(visibility.ofRuns()).as("of the one period").hasSize(1);
  }

  @Test
  void aPersonPromotesAndRollsBack() throws IOException {
    publish(1);
    publish(2);
    client.get("/models/smol");
    promote(1);
    promote(2);
    String page = client.get("/models/smol").body();
    assertThat(page).contains("<b>prod</b> names version 2", "by local", "better on math");
    assertThat(client.get("/models").body()).contains("prod: version 2");

    Map<String, String> back = Map.of("alias", "prod", "expected_version", "2", "reason", "worse");
    assertThat(client.post("/models/smol/roll-back", back).statusCode()).isEqualTo(303);
    assertThat(client.get("/models/smol").body()).contains("<b>prod</b> names version 1");
    assertThat(client.post("/models/smol/roll-back", back).statusCode())
        .as("from a version that the alias has left")
        .isEqualTo(409);
  }

  private void promote(int version) {
    assertThat(
            client
                .post(
                    "/models/smol/promote",
                    Map.of("alias", "prod", "version", "" + version, "reason", "better on math"))
                .statusCode())
        .isEqualTo(303);
  }

  private static void publish(int version) throws IOException {
    ModelVersions versions =
        new ModelVersions(Store.open(control.storeUri), control.storeUri, "smol");
    assertThat(versions.reserve("run-" + version)).isEqualTo(version);
    String provenance =
        ProtoJson.print(
            ReleaseProvenance.newBuilder()
                .setRunId("run-" + version)
                .setModel("smol")
                .setVersion(version)
                .putFiles("model.safetensors", "sha-" + version)
                .build());
    Store.open(control.storeUri)
        .write(
            Store.resolve(versions.folder(version), ModelVersions.PROVENANCE),
            output -> output.write(provenance.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aReportRunsAsAPageOfNoSite() throws IOException {
    String run = running("awaits");
    Store.open(control.storeUri)
        .write(
            control.storeUri + "/runs/" + run + "/report/approval.html",
            output -> output.write("<p>the report".getBytes(StandardCharsets.UTF_8)));

    HttpResponse<String> report = client.get("/runs/" + run + "/approval-report");

    assertThat(report.body()).isEqualTo("<p>the report");
    assertThat(report.headers().firstValue("content-security-policy").orElseThrow())
        .startsWith("sandbox allow-scripts allow-downloads; default-src 'none';");
    assertThat(client.get("/runs/" + run + "/report").statusCode()).isEqualTo(404);
  }

  @Test
  void wrongAddressesAreNotFound() {
    assertThat(client.get("/runs/nobody-1").statusCode()).isEqualTo(404);
    assertThat(client.get("/runs/nobody-1").body()).contains("expected: the id of a run");
    assertThat(client.get("/models/nobody").statusCode()).isEqualTo(404);
    assertThat(client.get("/assets/0123/pages.js").statusCode()).isEqualTo(404);
    assertThat(client.get("/runs?phase=ASLEEP").statusCode()).isEqualTo(400);
    assertThat(client.get("/runs?page_token=%21").statusCode()).isEqualTo(400);
    HttpResponse<String> wrong = client.get("/runs?filter=team%3D%3D1&team=%22%3Cb%3E");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body())
        .contains("id=\"filter-problem\"", "at 5: ", "value=\"team==1\"", "value=\"&#34;&lt;b>\"")
        .doesNotContain("hx-get");
    assertThat(client.get("/runs?stage=DREAM").body()).contains("id=\"filter-problem\"", "DREAM");
    assertThat(client.get("/runs?order=size").body())
        .contains("id=\"order-problem\"", "order: \"size\"")
        .contains("name=\"order\" aria-describedby=\"order-problem\" aria-invalid=\"true\"")
        .doesNotContain("filter-problem");
    assertThat(client.get("/runs?until=%2B999999999-12-31").statusCode()).isEqualTo(400);
    assertThat(client.get("/runs?until=9999-12-31").statusCode()).isEqualTo(200);
    assertThat(client.get("/runs?text=&team=a&order=").headers().firstValue("location"))
        .contains("/runs?team=a");
    assertThat(client.get("/compare?run=a").statusCode()).isEqualTo(400);
  }

  @Test
  void aHeadHasNoBody() {
    HttpResponse<String> head = client.head("/runs");

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("content-type").orElseThrow()).contains("text/html");
  }

  @Test
  void scriptsAndStylesNeverChangeAtTheirAddress() {
    String page = client.get("/runs").body();
    String style = page.replaceAll("(?s).*href=\"(/assets/[^\"]+/pages.css)\".*", "$1");

    HttpResponse<String> asset = client.get(style);

    assertThat(asset.statusCode()).isEqualTo(200);
    assertThat(asset.body()).contains("--accent", ".timeline");
    assertThat(asset.headers().firstValue("cache-control").orElseThrow()).contains("immutable");
    for (String name : List.of("htmx.js", "sse.js", "uplot.js", "pages.js", "uplot.css")) {
      String path = page.replaceAll("(?s).*\"(/assets/[^\"]+/" + name + ")\".*", "$1");
      assertThat(client.get(path).statusCode()).as(name).isEqualTo(200);
    }
  }

  @Test
  void aFormOfAnotherSiteIsRefused() {
    String run = running("waits");
    client.get("/runs/" + run);

    assertThat(client.post("/runs/" + run + "/pause", Map.of(), "sec-fetch-site", "cross-site"))
        .extracting(HttpResponse::statusCode)
        .isEqualTo(403);
    PageClient other = new PageClient(control.address());
    other.get("/runs/" + run);
    other.forgetToken();
    assertThat(other.post("/runs/" + run + "/pause", Map.of()).statusCode()).isEqualTo(403);
    assertThat(control.get(run).getPhase()).isEqualTo(RunPhase.RUN_PHASE_RUNNING);
  }

  @Test
  void aPersonPausesResumesAndCancels() {
    String run = running("waits");
    assertThat(client.get("/runs/" + run).body()).contains("action=\"/runs/" + run + "/pause\"");

    HttpResponse<String> paused = client.post("/runs/" + run + "/pause", Map.of());

    assertThat(paused.statusCode()).isEqualTo(303);
    assertThat(paused.headers().firstValue("location")).contains("/runs/" + run);
    assertThat(client.get("/runs/" + run).body())
        .contains("paused by local", "action=\"/runs/" + run + "/resume\"");
    assertThat(client.post("/runs/" + run + "/resume", Map.of("budget", "much")).statusCode())
        .isEqualTo(400);
    client.get("/runs/" + run);
    assertThat(client.post("/runs/" + run + "/resume", Map.of("budget", "1")).body())
        .contains("3 is spent");
    client.get("/runs/" + run);
    assertThat(client.post("/runs/" + run + "/resume", Map.of()).statusCode()).isEqualTo(303);
    client.get("/runs/" + run);
    assertThat(client.post("/runs/" + run + "/cancel", Map.of()).statusCode()).isEqualTo(303);
  }

  @Test
  void aPersonDecidesBesideWhatTheReportSays() {
    String run = running("awaits");
    String page = client.get("/runs/" + run).body();
    assertThat(page)
        .contains(
            "math: cannot tell whether stage-2 is better",
            "Alias production of smol moves to version 3",
            "You decide as <b>local</b>",
            "/runs/" + run + "/approval-report");

    assertThat(
            client.post("/runs/" + run + "/approve", Map.of("report_digest", "other")).statusCode())
        .isEqualTo(409);
    client.get("/runs/" + run);
    HttpResponse<String> approved =
        client.post(
            "/runs/" + run + "/approve", Map.of("report_digest", "ab12", "note", "looks right"));

    assertThat(approved.statusCode()).isEqualTo(303);
    assertThat(control.awaitEnd(run).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(client.get("/runs/" + run).body()).contains("looks right");
  }

  @Test
  void approvalsAreDecidedBesideTheReport() {
    String run = running("awaits");

    String page = client.get("/runs/" + run + "/approval").body();

    assertThat(page)
        .contains("<iframe class=\"report\" src=\"/runs/" + run + "/approval-report\"")
        .contains("sandbox=\"allow-scripts allow-downloads\"")
        .contains("action=\"/runs/" + run + "/approve\"", "name=\"report_digest\" value=\"ab12\"");
    assertThat(client.get("/runs/" + run).body()).contains("href=\"/runs/" + run + "/approval\"");
    String other = running("waits");
    assertThat(client.get("/runs/" + other + "/approval").statusCode()).isEqualTo(404);
    assertThat(client.get("/approvals").statusCode()).isEqualTo(200);
  }

  @Test
  void theCostIsThatOfTheBudgetAsItIsNow() {
    String run = running("waits");
    client.get("/runs/" + run);

    assertThat(client.post("/runs/" + run + "/budget", Map.of("budget", "7")).statusCode())
        .isEqualTo(303);
    assertThat(client.get("/runs/" + run).body()).contains("of the budget of 7.0000", "0 % spent");
    client.get("/runs/" + run);
    assertThat(client.post("/runs/" + run + "/budget", Map.of("budget", "8")).statusCode())
        .isEqualTo(303);
    assertThat(client.get("/runs/" + run).body()).contains("of the budget of 8.0000");
  }

  @Test
  void aFailedRunIsTriedAgain() throws IOException {
    String run = control.create("fails").getRunId();
    control.awaitEnd(run);
    assertThat(client.get("/runs/" + run).body()).contains("action=\"/runs/" + run + "/retry\"");

    HttpResponse<String> retried =
        client.post("/runs/" + run + "/retry", Map.of("request_id", "retry-1"));

    assertThat(retried.statusCode()).as(retried.body()).isEqualTo(303);
    assertThat(retried.headers().firstValue("location").orElseThrow())
        .startsWith("/runs/fails-")
        .doesNotEndWith(run);
  }

  @Test
  void logsAreShownByWindowsFromTheirEnd() throws IOException {
    String run = running("waits");
    String line = "step <b>1</b> done\n";
    RunLayout layout = new RunLayout(control.storeUri, run);
    byte[] log = ("begin\n" + line.repeat(5000) + "end\n").getBytes(StandardCharsets.UTF_8);
    Store.open(control.storeUri).write(layout.events(), output -> output.write(log));

    String page = client.get("/runs/" + run + "/logs").body();

    assertThat(page)
        .contains("step &lt;b&gt;1", "end\n</pre>", "hx-get=\"/runs/" + run + "/logs?log=run\"")
        .doesNotContain("begin\n", "<b>1");
    String earlier = page.replaceAll("(?s).*<a href=\"([^\"]+)\" rel=\"prev\".*", "$1");
    assertThat(client.get(earlier.replace("&amp;", "&")).body())
        .contains("begin\n", "rel=\"next\"")
        .doesNotContain("end\n</pre>", "rel=\"prev\"");
    assertThat(client.get("/runs/" + run + "/logs?log=sft%2F9").statusCode()).isEqualTo(404);
    assertThat(client.get("/runs/" + run + "/logs?offset=-1").statusCode()).isEqualTo(400);
    assertThat(client.get("/runs/" + run + "/logs?offset=99999999").body())
        .contains("Nothing is logged");
  }

  @Test
  void aLogIsFollowedUntilItIsComplete() throws IOException {
    String run = control.create("succeeds").getRunId();
    Store store = Store.open(control.storeUri);
    store.write(
        new RunLayout(control.storeUri, run).events(),
        output -> output.write("begin\n".getBytes(StandardCharsets.UTF_8)));
    control.awaitEnd(run);
    String followed = running("waits");
    store.write(
        new RunLayout(control.storeUri, followed).events(),
        output -> output.write("begin\n".getBytes(StandardCharsets.UTF_8)));

    assertThat(client.get("/runs/" + followed + "/logs", "hx-request", "true").body())
        .as("the part that is replaced asks again")
        .contains("id=\"log\"", "hx-get=", "id=\"log-text\"")
        .doesNotContain("<html");
    assertThat(client.get("/runs/" + run + "/logs").body())
        .contains("begin\n</pre>")
        .doesNotContain("hx-get");
    assertThat(client.get("/runs/" + run + "/logs", "hx-request", "true").body())
        .contains("begin\n</pre>")
        .doesNotContain("hx-get");
  }

  @Test
  void curvesOfARunningTrainingAreShort() {
    TrainerHeartbeat.Builder heartbeat =
        TrainerHeartbeat.newBuilder().setState(TrainerState.TRAINER_STATE_RUNNING);
    for (int step = 1; step <= 5000; step++) {
      heartbeat
          .getProgressBuilder()
          .getCurvesBuilder()
          .addLoss(CurvePoint.newBuilder().setStep(step).setValue(1.0 / step));
    }
    control.activities.trainerHeartbeat.set(heartbeat.build());
    String run = control.create("trains").getRunId();
    control.watchUntil(run, one -> !one.getStagesList().isEmpty() && hasCurve(run));

    String json = client.get("/runs/" + run + "/curves").body();

    assertThat(json).startsWith("{\"charts\":[{").contains("\"sft loss\"");
    String steps = json.replaceAll(".*\"steps\":\\[([^\\]]*)].*", "$1");
    assertThat(steps.split(",")).hasSize(RunCurves.MOST_POINTS).contains("1.0", "5000.0");
    assertThat(client.get("/runs/" + run).body()).contains("Loss as a table");
    assertThat(client.get("/runs").body()).contains("hx-get=\"/runs/" + run + "/loss\"");
    assertThat(client.get("/runs/" + run + "/loss").body())
        .startsWith("<svg")
        .contains("sft loss from 1.0000 to 0.0002");
    control.activities.letEnd();
  }

  @Test
  void aRunIsStartedOnceFromAForm() {
    client.get("/new");
    Map<String, String> wrong = Map.of("spec.name", "Bad Name", "spec.data.train[0].path", "/a");

    HttpResponse<String> refused = client.post("/new", wrong);

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .contains("value=\"Bad Name\"", "href=\"#field-name\"", "aria-invalid=\"true\"");
    String incomplete = client.post("/new", Map.of("spec.name", "a")).body();
    assertThat(incomplete)
        .as("a violation of a section")
        .contains("need")
        .contains("href=\"#field-");
    List<String> targets =
        Pattern.compile("href=\"#(field-[^\"]*)\"")
            .matcher(incomplete)
            .results()
            .map(found -> found.group(1))
            .toList();
    assertThat(targets).isNotEmpty();
    assertThat(targets).allMatch(id -> incomplete.contains("id=\"" + id + "\""));
    assertThat(client.post("/new/plan", wrong, "hx-request", "true").body())
        .contains("href=\"#field-name\"")
        .doesNotContain("<html");
    Map<String, String> right =
        Map.of("spec.name", "waits", "spec.data.train[0].path", "/a", "request_id", "form-1");
    assertThat(client.post("/new/plan", right, "hx-request", "true").body())
        .contains("<b>Valid.</b> Plan:");
    HttpResponse<String> started = client.post("/new", right);
    HttpResponse<String> again = client.post("/new", right);

    assertThat(started.statusCode()).isEqualTo(303);
    assertThat(again.headers().firstValue("location"))
        .isEqualTo(started.headers().firstValue("location"));
  }

  @Test
  void aRetrainShowsAndSendsOnlyWhatChanged() {
    String origin = running("waits");
    String page = client.get("/runs/" + origin + "/retrain").body();
    assertThat(page).contains("value=\"/a.jsonl\"").doesNotContain("Changed; was");
    Map<String, String> fields = PageClient.filledIn(page);
    fields.put("spec.seed", "7");

    String checked = client.post("/runs/" + origin + "/retrain/plan", fields).body();
    fields.put("request_id", "retrain-1");
    HttpResponse<String> started = client.post("/runs/" + origin + "/retrain", fields);

    assertThat(checked).containsOnlyOnce("Changed; was").contains("Changed; was 42");
    assertThat(started.statusCode()).isEqualTo(303);
    String run =
        started.headers().firstValue("location").orElseThrow().substring("/runs/".length());
    assertThat(control.get(run).getOriginRunId()).isEqualTo(origin);
    assertThat(control.get(run).getSpec().getSeed()).isEqualTo(7);
    String compared = client.get("/compare?run=" + origin + "&run=" + run).body();
    assertThat(compared).contains("seed", "42").doesNotContain("learning_rate");
  }

  private static boolean hasCurve(String run) {
    return new PageClient(control.address())
        .get("/runs/" + run + "/curves")
        .body()
        .contains("loss");
  }

  private static String running(String name) {
    String run = control.create(name).getRunId();
    return control.watchUntil(run, one -> one.getPhase() == RunPhase.RUN_PHASE_RUNNING).getRunId();
  }

  private static void write(Run run) throws IOException {
    Store.open(control.storeUri)
        .write(
            control.storeUri + "/runs/" + run.getRunId() + "/run.json",
            output -> output.write(ProtoJson.print(run).getBytes(StandardCharsets.UTF_8)));
  }
}
