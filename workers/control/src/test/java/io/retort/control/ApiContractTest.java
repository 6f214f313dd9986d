package io.retort.control;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.api.AnnotationsProto;
import io.retort.registry.ModelVersions;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rpc answers the same over gRPC and HTTP, successes and errors. */
class ApiContractTest {
  /**
   * A request for each rpc that succeeds. RUN is a new run that goes on, ENDED one that has ended,
   * ALIAS an alias of its own for each transport.
   */
  private static final Map<String, String> REQUESTS =
      Map.ofEntries(
          entry(
              "RunService/CreateRun",
              "{\"spec\": {\"name\": \"waits\", \"data\": {\"train\": [{\"path\": \"/a\"}]}}}"),
          entry("RunService/GetRun", "{\"run_id\": \"ENDED\"}"),
          entry("RunService/ListRuns", "{\"page_size\": 2, \"phases\": [\"RUN_PHASE_SUCCEEDED\"]}"),
          entry("RunService/WatchRun", "{\"run_id\": \"ENDED\"}"),
          entry("RunService/CancelRun", "{\"run_id\": \"RUN\", \"reason\": \"enough\"}"),
          entry("RunService/PauseRun", "{\"run_id\": \"RUN\", \"reason\": \"lunch\"}"),
          entry("RunService/ResumeRun", "{\"run_id\": \"RUN\", \"budget\": 4.5}"),
          entry("RunService/ApproveRun", "{\"run_id\": \"RUN\", \"report_digest\": \"ab12\"}"),
          entry("RunService/RejectRun", "{\"run_id\": \"RUN\", \"report_digest\": \"ab12\"}"),
          entry(
              "RunService/RetrainRun",
              "{\"run_id\": \"ENDED\", \"changes\": {\"seed\": 7}, \"update_mask\": \"seed\"}"),
          entry("RunService/CompareRuns", "{\"run_ids\": [\"first-1\", \"second-1\"]}"),
          entry("StoreService/SweepStore", "{\"older_than\": \"86400s\"}"),
          entry("ModelService/ListModels", "{\"page_size\": 10}"),
          entry("ModelService/GetModel", "{\"model\": \"smol\"}"),
          entry("ModelService/ListVersions", "{\"model\": \"smol\", \"page_size\": 1}"),
          entry("ModelService/GetVersion", "{\"reference\": \"smol:v1\"}"),
          entry(
              "ModelService/PromoteAlias",
              "{\"reference\": \"smol:v1\", \"alias\": \"best\", \"reason\": \"better\"}"),
          entry("ModelService/RollBackAlias", "{\"model\": \"smol\", \"alias\": \"ALIAS\"}"),
          entry(
              "ModelService/DeleteVersion",
              "{\"reference\": \"smol:v3\", \"reason\": \"of no use\"}"));

  /** Their answers differ from call to call. */
  private static final Set<String> CHANGING =
      Set.of(
          "RunService/CreateRun",
          "RunService/CancelRun",
          "RunService/PauseRun",
          "RunService/ResumeRun",
          "RunService/ApproveRun",
          "RunService/RejectRun",
          "RunService/RetrainRun",
          "ModelService/PromoteAlias",
          "ModelService/RollBackAlias",
          "ModelService/DeleteVersion");

  private static ControlHarness control;
  private static ApiProbe probe;
  private static String ended;

  @BeforeAll
  static void start(@TempDir Path store) throws IOException {
    control = new ControlHarness(store);
    probe = new ApiProbe(control.api.getChannel(), control.port());
    ended = control.create("succeeds").getRunId();
    control.awaitEnd(ended);
    for (String runId : new String[] {"first-1", "second-1"}) {
      write(
          "runs/" + runId + "/run.json",
          ProtoJson.print(
              Run.newBuilder().setRunId(runId).setPhase(RunPhase.RUN_PHASE_SUCCEEDED).build()));
    }
    write("comparisons/first-1+second-1", "<!doctype html>");
    for (int version = 1; version <= 3; version++) {
      publish(version);
    }
    for (String alias : new String[] {"grpc", "http"}) {
      for (String version : new String[] {"1", "2"}) {
        assertThat(
                probe
                    .overGrpc(
                        "ModelService/PromoteAlias",
                        "{\"reference\": \"smol:v"
                            + version
                            + "\", \"reason\": \"better\", \"alias\": \""
                            + alias
                            + "\"}")
                    .code())
            .isEqualTo("OK");
      }
    }
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  static Set<String> rpcs() {
    return ApiProbe.rpcs().keySet();
  }

  @Test
  void knowsARequestForEveryMethod() {
    assertThat(REQUESTS.keySet())
        .as("add a request that succeeds, and a google.api.http option to the rpc")
        .isEqualTo(rpcs());
    assertThat(ApiProbe.rpcs().values())
        .allMatch(rpc -> rpc.getOptions().hasExtension(AnnotationsProto.http));
  }

  @ParameterizedTest
  @MethodSource("rpcs")
  void answersTheSameOverBoth(String rpc) {
    ApiProbe.Outcome grpc = probe.overGrpc(rpc, request(rpc, "grpc"));
    ApiProbe.Outcome http = probe.overHttp(rpc, request(rpc, "http"));

    assertThat(grpc.code()).as(grpc.body().toString()).isEqualTo("OK");
    assertThat(http.code()).as(http.body().toString()).isEqualTo("OK");
    if (CHANGING.contains(rpc)) {
      assertThat(names(http.body())).isEqualTo(names(grpc.body()));
    } else {
      assertThat(http.body()).isEqualTo(grpc.body());
    }
  }

  @ParameterizedTest
  @MethodSource("rpcs")
  void failsTheSameOverBoth(String rpc) {
    String valid = REQUESTS.getOrDefault(rpc, "");
    String request = "{}";
    if (valid.contains("\"run_id\"")) {
      request = "{\"run_id\": \"none-20260101-aaaaaa\"}";
    } else if (rpc.equals("ModelService/RollBackAlias")) {
      request = "{\"model\": \"none\", \"alias\": \"no one\"}";
    } else if (valid.contains("\"model\"")) {
      request = "{\"model\": \"NONE\"}";
    } else if (valid.contains("\"reference\"")) {
      request = "{\"reference\": \"none@sha256:é/%\"}";
    } else if (valid.contains("\"page_size\"")) {
      request = "{\"page_size\": -1}";
    }
    ApiProbe.Outcome grpc = probe.overGrpc(rpc, request);
    ApiProbe.Outcome http = probe.overHttp(rpc, request);

    assertThat(grpc.code()).isNotEqualTo("OK");
    assertThat(http).isEqualTo(grpc);
  }

  private static String request(String rpc, String transport) {
    String request =
        REQUESTS.getOrDefault(rpc, "{}").replace("ENDED", ended).replace("ALIAS", transport);
    return request.contains("RUN\"")
        ? request.replace("\"RUN\"", '"' + control.create("waits").getRunId() + '"')
        : request;
  }

  private static Set<String> names(JsonNode node) {
    Set<String> names = new TreeSet<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static void publish(int version) throws IOException {
    ModelVersions versions =
        new ModelVersions(Store.open(control.storeUri), control.storeUri, "smol");
    assertThat(versions.reserve("run-" + version)).isEqualTo(version);
    ReleaseProvenance provenance =
        ReleaseProvenance.newBuilder()
            .setRunId("run-" + version)
            .setModel("smol")
            .setVersion(version)
            .putFiles("model.safetensors", "sha-" + version)
            .build();
    String name =
        Store.resolve(versions.folder(version), ModelVersions.PROVENANCE)
            .substring(control.storeUri.length() + 1);
    write(name, ProtoJson.print(provenance));
  }

  private static void write(String name, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    Store.open(control.storeUri)
        .write(Store.resolve(control.storeUri, name), output -> output.write(bytes));
  }
}
