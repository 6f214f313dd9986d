package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.api.AnnotationsProto;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The OpenAPI document that the control plane serves. */
class OpenApiDocumentTest {
  private static final Path PUBLISHED =
      PythonTools.REPOSITORY.resolve("proto/published-openapi.json.gz");

  private static Path folder;
  private static ControlHarness control;
  private static HttpClientOfApi http;
  private static JsonNode document;

  @BeforeAll
  static void start(@TempDir Path store, @TempDir Path outputs) {
    folder = outputs;
    // The generated calls are many, and all of one caller.
    control = new ControlHarness(store, Deadlines.DEFAULT, Map.of("RETORT_CALLS_PER_SECOND", "0"));
    http = new HttpClientOfApi(control.port());
    document = HttpClientOfApi.json(http.get("/openapi.json"));
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void isValid() throws Exception {
    Path file = Files.writeString(folder.resolve("openapi.json"), document.toString());

    assertThat(
            PythonTools.run(
                folder, Map.of(), "openapi-spec-validator", "--schema", "3.1", file.toString()))
        .contains("OK");
  }

  /** {@code -Dapi.publish=true} publishes the document anew. */
  @Test
  void breaksNoClientOfThePublishedDocument() throws Exception {
    if (Boolean.getBoolean("api.publish")) {
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(PUBLISHED))) {
        out.write(document.toString().getBytes(StandardCharsets.UTF_8));
      }
    }
    try (InputStream in = new GZIPInputStream(Files.newInputStream(PUBLISHED))) {
      String published = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(ApiChanges.breaking(folder, published, document.toString()))
          .as("changes from %s", PUBLISHED)
          .isEmpty();
    }
  }

  @Test
  void hasEveryMethodWithItsRoleAndComment() {
    assertThat(document.get("openapi").asText()).isEqualTo("3.1.0");
    assertThat(document.get("paths").findValuesAsText("operationId"))
        .containsExactlyInAnyOrderElementsOf(operationIds());
    JsonNode cancel = document.get("paths").get("/v1/runs/{run_id}:cancel").get("post");
    assertThat(cancel.get("x-required-role").asText()).isEqualTo("OPERATOR");
    assertThat(cancel.get("description").asText())
        .isEqualTo("Requests cancellation; finished work is kept.");
  }

  @Test
  void hasTheBoundsOfTheProtoFiles() {
    JsonNode schemas = document.get("components").get("schemas");
    JsonNode spec = schemas.get("RunSpec").get("properties");

    assertThat(spec.get("priority").get("minimum").asInt()).isEqualTo(1);
    assertThat(spec.get("priority").get("maximum").asInt()).isEqualTo(5);
    assertThat(spec.get("priority").get("description").asText()).endsWith("Default: 3.");
    assertThat(spec.get("name").get("pattern").asText()).startsWith("^[a-z0-9]");
    assertThat(spec.get("last_stage").get("enum").toString()).doesNotContain("UNSPECIFIED");
    assertThat(
            schemas
                .get("CreateRunRequest")
                .get("properties")
                .get("fresh_stages")
                .get("uniqueItems")
                .asBoolean())
        .isTrue();
    assertThat(schemas.get("SweepStoreRequest").get("required").toString())
        .isEqualTo("[\"older_than\"]");
    JsonNode list = document.get("paths").get("/v1/models").get("get").get("parameters");
    assertThat(list.get(0).get("name").asText()).isEqualTo("page_size");
    assertThat(list.get(0).get("schema").get("maximum").asInt()).isEqualTo(1000);
  }

  /** Generated requests, valid and invalid ones, get what the document promises, and no 5xx. */
  @Test
  void describesWhatIsServed() throws Exception {
    generate("fuzzing", "--max-examples", "20");
  }

  /** A request for each bound; of a whole spec there would be thousands. */
  @Test
  void keepsEveryBound() throws Exception {
    generate(
        "coverage",
        "--exclude-operation-id",
        "RunService_CreateRun",
        "--exclude-operation-id",
        "RunService_RetrainRun",
        "--exclude-operation-id",
        "RunService_RetrainRun_2");
  }

  /** One for each path of an rpc. */
  private static List<String> operationIds() {
    List<String> ids = new ArrayList<>();
    ApiProbe.rpcs()
        .forEach(
            (name, rpc) -> {
              String id = name.replace('/', '_');
              ids.add(id);
              int more =
                  rpc.getOptions().getExtension(AnnotationsProto.http).getAdditionalBindingsCount();
              for (int binding = 2; binding <= more + 1; binding++) {
                ids.add(id + "_" + binding);
              }
            });
    return ids;
  }

  private static void generate(String phase, String... options) throws Exception {
    String address = "http://127.0.0.1:" + control.port();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                address + "/openapi.json",
                "--url",
                address,
                "--phases",
                phase,
                "--checks",
                "not_a_server_error,status_code_conformance,content_type_conformance,"
                    + "response_schema_conformance",
                "--generation-deterministic",
                "--request-timeout",
                "20",
                // A stream that does not end by itself; ApiContractTest follows it.
                "--exclude-operation-id",
                "RunService_WatchRuns",
                "--no-color"));
    arguments.addAll(List.of(options));

    assertThat(
            PythonTools.run(
                folder,
                Map.of("HYPOTHESIS_STORAGE_DIRECTORY", folder.resolve("examples").toString()),
                "schemathesis",
                arguments.toArray(String[]::new)))
        .contains(" passed");
  }
}
