package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms of new runs and of retrains, as a browser without script gets them. */
final class LaunchPagesTest {
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
    client.get("/new");
  }

  @Test
  void thePlanShowsWhatIsReusedWhatRunsAndWhatItCosts() {
    Map<String, String> fields = fields("plans");

    HttpResponse<String> part = client.post("/new/plan", fields, "hx-request", "true");

    assertThat(part.statusCode()).isEqualTo(200);
    assertThat(part.body())
        .contains("<b>Valid.</b>", "ingest HIT", "judge cost about 3.1000", "40 min")
        .contains("<div id=\"plan\" hx-swap-oob=\"innerHTML\">")
        .contains("made by <a href=\"/runs/earlier-1\">")
        .contains("<code>curation.max_rounds</code>: 2 → &lt;script&gt;alert(1)")
        .contains("and 3 more", "After curate")
        .contains("1,000 rows, 2,000 calls, 900,000 tokens, cost 3.1000, about 40 min 00 s")
        .contains("(as run earlier-1: 500 in 20 min 00 s)")
        .contains("2 GPUs of team default", "RESOURCE/NO_GPU", "no GPU is free")
        .doesNotContain("<html", "<script>alert");
    assertThat(client.post("/new/plan", fields).body())
        .as("the button, without script")
        .contains("<html", "value=\"plans\"", "made by <a href=\"/runs/earlier-1\">")
        .doesNotContain("<script>alert", "hx-swap-oob");
  }

  @Test
  void aPlanStartsNothing() {
    Map<String, String> fields = fields("waits");
    fields.put("request_id", "only-planned");

    HttpResponse<String> planned = client.post("/new/plan", fields);

    assertThat(planned.body()).contains("name=\"request_id\" value=\"only-planned\"");
    String run = RunIds.ofRequest("waits", "only-planned");
    assertThat(client.get("/runs/" + run).statusCode()).isEqualTo(404);
  }

  @Test
  void whatIsRefusedKeepsWhatThePersonWrote() {
    StubAdmissionWorkflow.MISSING.add("/gone.jsonl");
    Map<String, String> fields = fields("waits");
    fields.put("spec.data.train[0].path", "/gone.jsonl");
    fields.put("note", "my \"note\"");
    fields.put("labels", "project");

    assertThat(client.post("/new", fields).body())
        .contains("href=\"#field-labels\"", "my &#34;note&#34;", "value=\"project\"");
    fields.put("labels", "project=a");
    HttpResponse<String> refused = client.post("/new", fields);

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .contains("href=\"#field-data-train-0--path\"", "/gone.jsonl: no such file")
        .contains("value=\"/gone.jsonl\"", "my &#34;note&#34;", "value=\"project=a\"");
    fields.put("spec.data.train[0].path", "/a.jsonl");
    fields.put("lane", "no-such-lane");
    for (String path : new String[] {"/new", "/new/plan"}) {
      assertThat(client.post(path, fields).body())
          .as(path)
          .contains("no-such-lane", "my &#34;note&#34;", "class=\"wrong");
    }
  }

  @Test
  void aRunIsStartedWithLabelsAndNote() {
    Map<String, String> fields = fields("waits");
    fields.put("labels", "project=a, stage=try");
    fields.put("note", "first try");

    Run run = control.get(started(client.post("/new", fields)));

    assertThat(run.getLabelsMap())
        .containsOnly(Map.entry("project", "a"), Map.entry("stage", "try"));
    assertThat(run.getNote()).isEqualTo("first try");
  }

  @Test
  void aRetrainRunsAgainFromAStageOn() {
    String origin = control.create("plans").getRunId();
    assertThat(control.awaitEnd(origin).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    String page = client.get("/runs/" + origin + "/retrain").body();
    assertThat(page).contains("hx-trigger=\"load, input delay:700ms\"", "hx-sync=\"this:replace\"");
    Map<String, String> fields = PageClient.filledIn(page);
    fields.put("from_stage", "SFT");
    fields.put("spec.seed", "7");

    HttpResponse<String> planned = client.post("/runs/" + origin + "/retrain/plan", fields);

    assertThat(planned.body())
        .contains("Changed; was 42", "<option value=\"SFT\" selected>", "ingest HIT")
        .contains("data-was=\"42\"");
    Run run = control.get(started(client.post("/runs/" + origin + "/retrain", fields)));
    assertThat(run.getOriginRunId()).isEqualTo(origin);
    assertThat(run.getSpec().getSeed()).isEqualTo(7);
    fields.put("from_stage", "DREAM");
    assertThat(client.post("/runs/" + origin + "/retrain/plan", fields).body())
        .contains("href=\"#field-from_stage\"", Stage.STAGE_SFT.name().replace("STAGE_", ""));
  }

  private static Map<String, String> fields(String name) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("spec.name", name);
    fields.put("spec.data.train[0].path", "/a.jsonl");
    return fields;
  }

  private static String started(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(303);
    return response.headers().firstValue("location").orElseThrow().substring("/runs/".length());
  }
}
