package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.v1.Run;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/JSON on the port of gRPC: what is read, what is refused, and how. */
class HttpApiTest {
  private static final String SPEC =
      "{\"name\": \"waits\", \"data\": {\"train\": [{\"path\": \"/a.jsonl\"}]}}";

  private static ControlHarness control;
  private static HttpClientOfApi http;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
    http = new HttpClientOfApi(control.port());
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void startsReadsAndCancelsARun() {
    HttpResponse<String> created = http.post("/v1/runs", "{\"spec\": " + SPEC + "}");
    JsonNode run = HttpClientOfApi.json(created).get("run");
    String path = "/v1/runs/" + run.get("run_id").asText();
    JsonNode read = HttpClientOfApi.json(http.get(path)).get("run");
    HttpResponse<String> cancelled = http.post(path + ":cancel", "");

    assertThat(created.statusCode()).isEqualTo(200);
    assertThat(created.headers().firstValue("content-type"))
        .hasValue("application/json; charset=utf-8");
    assertThat(run.get("phase").asText()).isEqualTo("RUN_PHASE_QUEUED");
    assertThat(read.get("spec").get("student").get("model").asText())
        .isEqualTo(ControlHarness.STUDENT);
    assertThat(cancelled.statusCode()).isEqualTo(200);
  }

  @Test
  void readsShortNamesAndBothSpellingsOfFields() {
    HttpResponse<String> response =
        http.post(
            "/v1/runs",
            """
            {"spec": {"name": "waits", "lastStage": "curate", "data": {"train": [{"path": "/a"}]}},
             "fresh_stages": ["CURATE"]}
            """);

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(HttpClientOfApi.json(response).get("run").get("spec").get("last_stage").asText())
        .isEqualTo("LAST_STAGE_CURATE");
  }

  @Test
  void tellsEveryViolationOfASpec() {
    HttpResponse<String> response =
        http.post(
            "/v1/runs",
            """
            {"spec": {"data": {"train": [{"path": "a"}]}, "preference": {"beta": {"large": -1}}}}
            """);

    assertProblem(response, 400, "INVALID_ARGUMENT", "USER", "SPEC_INVALID");
    assertThat(violations(response))
        .containsExactly(
            "preference.beta.large: -1 (expected: > 0)",
            "data.train[0].path: a (expected: an absolute path or URI)");
  }

  @Test
  void tellsEveryFieldThatCannotBeRead() {
    HttpResponse<String> response =
        http.post(
            "/v1/runs",
            """
            {"spec": {"seed": "x", "priority": 1.5, "sft": {"epochs": 1e400, "lora": {"rnk": 1}},
                      "last_stage": "LATER", "data": {"train": {}}, "name": 3, "name2": null},
             "fresh_stages": [true]}
            """);

    assertProblem(response, 400, "INVALID_ARGUMENT", "USER", "REQUEST_INVALID");
    assertThat(violations(response))
        .anyMatch(text -> text.startsWith("spec.seed: \"x\" (expected: a whole number)"))
        .contains("spec.priority: 1.5 (expected: a whole number)")
        .anyMatch(text -> text.startsWith("spec.sft.lora.rnk: unknown (expected: one of rank"))
        .anyMatch(text -> text.startsWith("spec.last_stage: \"LATER\" (expected: one of "))
        .contains("spec.data.train: {} (expected: an array)")
        .contains("spec.name: 3 (expected: a string)")
        .anyMatch(text -> text.startsWith("spec.name2: unknown"))
        .anyMatch(text -> text.startsWith("fresh_stages[0]: true (expected: one of STAGE_INGEST"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"spec\":|line 1: Unexpected end-of-input",
        "[]|[] (expected: an object)",
        "{} {}|line 1: Trailing token",
        "{\"spec\": {}, \"spec\": {}}|line 1: Duplicate field 'spec'",
      })
  void refusesABodyThatIsNoObject(String body, String message) {
    HttpResponse<String> response = http.post("/v1/runs", body);

    assertProblem(response, 400, "INVALID_ARGUMENT", "USER", "REQUEST_INVALID");
    assertThat(HttpClientOfApi.json(response).get("detail").asText()).contains(message);
  }

  @Test
  void refusesJsonThatIsNestedTooDeeply() {
    HttpResponse<String> response = http.post("/v1/runs", "[".repeat(100_000));

    assertProblem(response, 400, "INVALID_ARGUMENT", "USER", "REQUEST_INVALID");
    assertThat(response.body()).contains("nesting depth");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/runs?page=3|page: unknown (expected: one of page_size, page_token, phases",
        "/v1/runs?page_size=ten|page_size: \"ten\" (expected: a whole number)",
        "/v1/runs?page_size=|page_size: \"\" (expected: a whole number)",
        "/v1/runs?page_size=1&page_size=2|page_size: set twice (expected: once)",
        "/v1/runs?page_size=99999999999|page_size: 99999999999 (expected: a whole number from",
        "/v1/runs?page_size=1e999999999|page_size: 1e999999999 (expected: a whole number from",
        "/v1/runs?phases=SLEEPING|phases: \"SLEEPING\" (expected: one of RUN_PHASE_QUEUED",
        "/v1/runs/a?run_id=b|run_id: set twice (expected: once)",
        "/v1/runs/a?page.size=b|page.size: unknown (expected: one of run_id",
      })
  void refusesQueriesThatItDoesNotUnderstand(String path, String violation) {
    HttpResponse<String> response = http.get(path);

    assertProblem(response, 400, "INVALID_ARGUMENT", "USER", "REQUEST_INVALID");
    assertThat(violations(response)).singleElement().asString().startsWith(violation);
  }

  @Test
  void refusesAQueryWhereTheBodyIsRead() {
    HttpResponse<String> response = http.post("/v1/store:sweep?delete=yes", "{}");

    assertProblem(response, 400, "INVALID_ARGUMENT", "USER", "REQUEST_INVALID");
    assertThat(violations(response))
        .containsExactly("delete: in the query (expected: in the body, as JSON)");
  }

  @Test
  void refusesABooleanThatIsNone() {
    HttpResponse<String> response = http.post("/v1/store:sweep", "{\"delete\": \"yes\"}");

    assertThat(violations(response)).containsExactly("delete: \"yes\" (expected: true or false)");
  }

  @Test
  void readsSeveralPhases() {
    Run run = control.create("waits");
    HttpResponse<String> response = http.get("/v1/runs?phases=QUEUED&phases=RUN_PHASE_RUNNING");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(control.get(run.getRunId()).getRunId()).isEqualTo(run.getRunId());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/nothing, 404, NOT_FOUND",
    "GET, /nothing, 404, NOT_FOUND",
    "DELETE, /v1/runs, 405, UNIMPLEMENTED",
    "GET, /v1/runs:compare, 405, UNIMPLEMENTED",
    "OPTIONS, /v1/runs, 405, UNIMPLEMENTED",
    "GET, /v1/runs/none-20260101-aaaaaa, 404, NOT_FOUND",
    "GET, /v1/runs/none-20260101-aaaaaa:watch, 404, NOT_FOUND",
  })
  void answersWithAProblemWhateverIsWrong(String method, String path, int status, String code) {
    HttpResponse<String> response = http.send(http.request(method, path, ""));

    assertProblem(response, status, code, "USER", code);
    assertThat(response.body()).doesNotContain("\\tat ").doesNotContain("Exception");
  }

  /** Colons and signs of a reference are no custom verb, encoded or not. */
  @ParameterizedTest
  @ValueSource(
      strings = {"none:v1", "none%3Av1", "none:rollBack", "none@sha256:HEX", "none%40sha256%3AHEX"})
  void readsReferencesOfVersions(String reference) {
    HttpResponse<String> response =
        http.get("/v1/versions/" + reference.replace("HEX", "0123456789abcdef".repeat(4)));

    assertThat(response.statusCode()).as(response.body()).isIn(400, 404);
    assertThat(HttpClientOfApi.json(response).get("detail").asText())
        .contains(reference.contains("sha256") ? "none@sha256:0123" : "none:");
  }

  @Test
  void namesTheMethodsThatAPathHas() {
    assertThat(http.send(http.request("DELETE", "/v1/runs", "")).headers().firstValue("allow"))
        .hasValue("GET, POST");
  }

  @Test
  void refusesABodyThatIsTooLarge() {
    HttpResponse<String> response = http.post("/v1/runs", " ".repeat((4 << 20) + 1));

    assertProblem(response, 413, "INVALID_ARGUMENT", "USER", "INVALID_ARGUMENT");
  }

  @Test
  void refusesABodyThatIsNotDeclaredAsJson() {
    HttpResponse<String> response =
        http.send(
            http.request("POST", "/v1/runs", "{\"spec\": " + SPEC + "}")
                .setHeader("Content-Type", "text/plain"));

    assertProblem(response, 415, "INVALID_ARGUMENT", "USER", "INVALID_ARGUMENT");
  }

  @Test
  void takesAnIdempotencyKeyForTheRequestId() {
    String body = "{\"spec\": " + SPEC + "}";
    String first = runId(createWithKey(body, "key-1"));
    HttpResponse<String> other =
        createWithKey(body.replace("waits\"", "waits\", \"seed\": 7"), "key-1");
    HttpResponse<String> both =
        createWithKey("{\"request_id\": \"key-2\", \"spec\": " + SPEC + "}", "key-1");

    assertThat(runId(createWithKey(body, "\"key-1\""))).isEqualTo(first);
    assertProblem(other, 422, "ALREADY_EXISTS", "USER", "REQUEST_ID_REUSED");
    assertThat(HttpClientOfApi.json(other).get("detail").asText()).contains(first);
    assertProblem(both, 400, "INVALID_ARGUMENT", "USER", "REQUEST_INVALID");
  }

  @Test
  void saysWhatCannotBeDoneNow() {
    Run run = control.create("succeeds");
    control.awaitEnd(run.getRunId());
    HttpResponse<String> response = http.post("/v1/runs/" + run.getRunId() + ":pause", "{}");

    assertProblem(response, 409, "FAILED_PRECONDITION", "USER", "FAILED_PRECONDITION");
  }

  @Test
  void refusesPagesOfOtherSites() throws Exception {
    HttpResponse<String> foreign =
        http.send(
            http.request("POST", "/v1/runs/x:cancel", "").header("Origin", "https://evil.example"));
    HttpResponse<String> own =
        http.send(
            http.request("GET", "/v1/runs", "")
                .header("Origin", "http://127.0.0.1:" + control.port()));

    assertProblem(foreign, 403, "PERMISSION_DENIED", "USER", "PERMISSION_DENIED");
    assertThat(foreign.headers().firstValue("access-control-allow-origin")).isEmpty();
    assertThat(own.statusCode()).isEqualTo(200);
    // What a browser sends after the name of a site was bound to 127.0.0.1.
    assertThat(raw("GET /v1/runs HTTP/1.1\r\nHost: evil.example:7400\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421");
    assertThat(raw("GET /v1/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200");
  }

  @Test
  void servesHealthAndMetrics() {
    http.get("/v1/runs");
    HttpResponse<String> metrics = http.get("/metrics");

    assertThat(http.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(metrics.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
    assertThat(metrics.body()).contains("retort_api_calls_total{code=\"OK\",method=\"ListRuns\"}");
  }

  private static HttpResponse<String> createWithKey(String body, String key) {
    return http.send(http.request("POST", "/v1/runs", body).header("Idempotency-Key", key));
  }

  private static String runId(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return HttpClientOfApi.json(response).get("run").get("run_id").asText();
  }

  private static void assertProblem(
      HttpResponse<String> response, int status, String code, String category, String reason) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
    JsonNode problem = HttpClientOfApi.json(response);
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("code").asText()).isEqualTo(code);
    assertThat(problem.get("category").asText()).isEqualTo(category);
    assertThat(problem.get("reason").asText()).isEqualTo(reason);
    assertThat(problem.get("title").asText()).isNotEmpty();
    assertThat(problem.get("detail").asText()).isNotEmpty();
  }

  private static List<String> violations(HttpResponse<String> response) {
    return HttpClientOfApi.json(response).get("details").findValues("field_violations").stream()
        .flatMap(found -> StreamSupport.stream(found.spliterator(), false))
        .map(found -> found.get("field").asText() + ": " + found.get("description").asText())
        .toList();
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), control.port())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
