package io.retort.control;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.api.AnnotationsProto;
import io.retort.registry.ModelVersions;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.LossPoint;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rpc answers the same over gRPC and HTTP, successes and errors. */
class ApiContractTest {
  private static ControlHarness control;
  private static ControlHarness guarded;
  private static ApiProbe probe;
  private static ApiProbe stranger;
  private static String ended;

  /** A request for each rpc that succeeds; {@link #MADE} says what its words stand for. */
  private static final Map<String, String> REQUESTS =
      Map.ofEntries(
          entry(
              "RunService/CreateRun",
              "{\"spec\": {\"name\": \"waits\", \"data\": {\"train\": [{\"path\": \"/a\"}]}}}"),
          entry("RunService/GetRun", "{\"run_id\": \"ENDED\"}"),
          entry(
              "RunService/ListRuns", "{\"page_size\": 2, \"filter\": \"label.suite = contract\"}"),
          entry("RunService/GetCurves", "{\"run_id\": \"first-1\"}"),
          entry("RunService/WatchRun", "{\"run_id\": \"ENDED\"}"),
          entry(
              "RunService/WatchRuns", "{\"page_size\": 2, \"filter\": \"label.suite = contract\"}"),
          entry(
              "RunService/UpdateRun",
              "{\"run_id\": \"RUN\", \"labels\": {\"tier\": \"gold\"}, \"note\": \"good\"}"),
          entry("RunService/CancelRun", "{\"run_id\": \"RUN\", \"reason\": \"enough\"}"),
          entry("RunService/PauseRun", "{\"run_id\": \"RUN\", \"reason\": \"lunch\"}"),
          entry("RunService/ResumeRun", "{\"run_id\": \"RUN\", \"budget\": 4.5}"),
          entry("RunService/ApproveRun", "{\"run_id\": \"RUN\", \"report_digest\": \"ab12\"}"),
          entry("RunService/RejectRun", "{\"run_id\": \"RUN\", \"report_digest\": \"ab12\"}"),
          entry(
              "RunService/RetrainRun",
              "{\"run_id\": \"ENDED\", \"changes\": {\"seed\": 7}, \"update_mask\": \"seed\"}"),
          entry("RunService/GetLineage", "{\"run_id\": \"first-1\"}"),
          entry("RunService/SetRunBudget", "{\"run_id\": \"RUN\", \"budget\": 7.5}"),
          entry("RunService/RetryRun", "{\"run_id\": \"FAILED\"}"),
          entry("RunService/DeleteRun", "{\"run_id\": \"OVER\", \"reason\": \"of no use\"}"),
          entry("RunService/ListRunLogs", "{\"run_id\": \"first-1\"}"),
          entry("RunService/GetRunLogs", "{\"run_id\": \"first-1\", \"log\": \"sft/1\"}"),
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
              "{\"reference\": \"smol:v3\", \"reason\": \"of no use\"}"),
          entry(
              "LaneService/SetLane",
              "{\"name\": \"nightly\", \"policy\": \"LANE_POLICY_PARALLEL\", \"parallelism\": 3}"),
          entry("LaneService/GetLane", "{\"name\": \"weekly\"}"),
          entry("LaneService/ListLanes", "{\"page_size\": 10}"),
          entry("LaneService/UnblockLane", "{\"name\": \"BLOCKED\"}"),
          entry(
              "SubscriptionService/SetSubscription",
              "{\"name\": \"desk\", \"config\": {\"url\": \"https://hooks.test/a\", \"secrets\":"
                  + " [\"hooks\"]}}"),
          entry("SubscriptionService/GetSubscription", "{\"name\": \"kept\"}"),
          entry("SubscriptionService/ListSubscriptions", "{\"page_size\": 1}"),
          entry("SubscriptionService/DeleteSubscription", "{\"name\": \"SUBSCRIPTION\"}"),
          entry(
              "SubscriptionService/PauseSubscription",
              "{\"name\": \"SUBSCRIPTION\", \"reason\": \"moves\"}"),
          entry("SubscriptionService/ResumeSubscription", "{\"name\": \"SUBSCRIPTION\"}"),
          entry("SubscriptionService/SendTestEvent", "{\"name\": \"SUBSCRIPTION\"}"),
          entry("SubscriptionService/ListDeliveries", "{\"name\": \"kept\", \"page_size\": 10}"),
          entry("SubscriptionService/Redeliver", "{\"name\": \"again\", \"event_id\": \"EVENT\"}"),
          entry(
              "TriggerService/SetTrigger",
              "{\"name\": \"hourly\", \"config\": {\"launch\": {\"spec\": {\"name\": \"waits\","
                  + " \"data\": {\"train\": [{\"path\": \"/a\"}]}}}}}"),
          entry("TriggerService/GetTrigger", "{\"name\": \"trigger-nightly\"}"),
          entry("TriggerService/ListTriggers", "{\"page_size\": 1}"),
          entry("TriggerService/DeleteTrigger", "{\"name\": \"TRIGGER\"}"),
          entry("TriggerService/PauseTrigger", "{\"name\": \"TRIGGER\", \"reason\": \"lunch\"}"),
          entry("TriggerService/ResumeTrigger", "{\"name\": \"TRIGGER\"}"),
          entry(
              "TriggerService/TestTrigger",
              "{\"name\": \"trigger-nightly\", \"payload\": {\"a\": [1]}}"),
          entry("TriggerService/FireTrigger", "{\"name\": \"TRIGGER\", \"payload\": {\"a\": 1}}"),
          entry("TriggerService/ListFirings", "{\"name\": \"trigger-nightly\"}"),
          entry("TriggerService/ListTriggerRevisions", "{\"name\": \"trigger-nightly\"}"),
          entry("AccessService/WhoAmI", "{}"),
          entry(
              "AccessService/CreateToken",
              "{\"name\": \"ci\", \"grants\": [{\"team\": \"nlp\", \"role\": \"ROLE_VIEWER\"}]}"),
          entry("AccessService/ListTokens", "{\"page_size\": 1}"),
          entry("AccessService/RevokeToken", "{\"token_id\": \"TOKEN\"}"),
          entry("AccessService/ListAuditEntries", "{\"page_size\": 1}"));

  /** Words of requests, and what takes their place; it is given the transport. */
  private static final Map<String, UnaryOperator<String>> MADE =
      Map.of(
          "RUN",
          transport -> control.create("waits").getRunId(),
          "ENDED",
          transport -> ended,
          "OVER",
          transport -> over("succeeds"),
          "FAILED",
          transport -> over("fails"),
          "ALIAS",
          transport -> transport,
          "TOKEN",
          transport -> token(),
          "SUBSCRIPTION",
          transport -> subscribe("for-" + transport),
          "EVENT",
          transport ->
              made("SubscriptionService/SendTestEvent", "{\"name\": \"again\"}")
                  .get("delivery")
                  .get("event_id")
                  .asText(),
          "TRIGGER",
          ApiContractTest::trigger,
          "BLOCKED",
          transport -> {
            String unused = control.blockLane("blocked-" + transport);
            return "blocked-" + transport;
          });

  /** Their answers differ from call to call. */
  private static final Set<String> CHANGING =
      Set.of(
          "RunService/CreateRun",
          "RunService/UpdateRun",
          "RunService/CancelRun",
          "RunService/PauseRun",
          "RunService/ResumeRun",
          "RunService/ApproveRun",
          "RunService/RejectRun",
          "RunService/RetrainRun",
          "RunService/SetRunBudget",
          "RunService/RetryRun",
          "RunService/DeleteRun",
          "ModelService/PromoteAlias",
          "ModelService/RollBackAlias",
          "ModelService/DeleteVersion",
          "LaneService/SetLane",
          "LaneService/UnblockLane",
          "SubscriptionService/SetSubscription",
          "SubscriptionService/PauseSubscription",
          "SubscriptionService/ResumeSubscription",
          "SubscriptionService/SendTestEvent",
          "SubscriptionService/Redeliver",
          "TriggerService/SetTrigger",
          "TriggerService/PauseTrigger",
          "TriggerService/ResumeTrigger",
          "TriggerService/FireTrigger",
          "AccessService/CreateToken",
          "AccessService/RevokeToken");

  /** Takes no fields, and thus only fails where every rpc does. */
  private static final String NEVER_WRONG = "AccessService/WhoAmI";

  @BeforeAll
  static void start(@TempDir Path store, @TempDir Path other) throws IOException {
    Path secrets =
        Files.writeString(
            other.resolve("secrets.yaml"), "hooks: " + SubscriptionServiceTest.SECRET + "\n");
    control =
        new ControlHarness(
            store,
            Deadlines.DEFAULT,
            Map.of("RETORT_CALLS_PER_SECOND", "0", "RETORT_WEBHOOK_SECRETS", secrets.toString()));
    probe = new ApiProbe(control.api.getChannel(), control.port());
    guarded = new ControlHarness(other, Deadlines.DEFAULT, Map.of("RETORT_AUTH", "required"));
    stranger = new ApiProbe(guarded.api.getChannel(), guarded.port());
    ended = over("succeeds");
    for (String runId : new String[] {"first-1", "second-1"}) {
      Run.Builder run =
          Run.newBuilder()
              .setRunId(runId)
              .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
              .setOriginRunId(runId.equals("first-1") ? "" : "first-1")
              .putLabels("suite", "contract");
      run.getSummaryBuilder()
          .getSftBuilder()
          .addCurve(LossPoint.newBuilder().setStep(1).setLoss(0.5));
      write("runs/" + runId + "/run.json", ProtoJson.print(run.build()));
      write("runs/" + runId + "/logs/sft/1/000000.log", "step 1\n");
    }
    control.awaitListed("first-1", RunPhase.RUN_PHASE_SUCCEEDED);
    control.awaitListed("second-1", RunPhase.RUN_PHASE_SUCCEEDED);
    write("comparisons/first-1+second-1/index.html", "<!doctype html>");
    for (int version = 1; version <= 3; version++) {
      publish(version);
    }
    for (String alias : new String[] {"grpc", "http"}) {
      for (String version : new String[] {"1", "2"}) {
        JsonNode unused =
            made(
                "ModelService/PromoteAlias",
                "{\"reference\": \"smol:v"
                    + version
                    + "\", \"reason\": \"better\", \"alias\": \""
                    + alias
                    + "\"}");
      }
    }
    JsonNode unused =
        made(
            "LaneService/SetLane", "{\"name\": \"weekly\", \"policy\": \"LANE_POLICY_LAST_ONLY\"}");
    assertThat(subscribe("kept")).isNotEqualTo(subscribe("again"));
    assertThat(trigger("nightly")).isEqualTo("trigger-nightly");
    assertThat(token()).isNotEqualTo(token());
    awaitAuditEntries();
  }

  @AfterAll
  static void stop() {
    control.close();
    guarded.close();
  }

  static Set<String> rpcs() {
    return ApiProbe.rpcs().keySet();
  }

  static Set<String> rpcsWithFields() {
    Set<String> rpcs = new TreeSet<>(rpcs());
    assertThat(rpcs.remove(NEVER_WRONG)).isTrue();
    return rpcs;
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
  @MethodSource("rpcsWithFields")
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
    } else if (valid.contains("\"token_id\"")) {
      request = "{\"token_id\": \"00000000000000000000\"}";
    } else if (rpc.equals("SubscriptionService/Redeliver")) {
      request = "{\"name\": \"none\", \"event_id\": \"é/%\"}";
    } else if (rpc.startsWith("SubscriptionService/") && valid.startsWith("{\"name\"")) {
      request = "{\"name\": \"none\"}";
    } else if (rpc.matches("(Lane|Trigger)Service/.*") && valid.contains("\"name\"")) {
      request = "{\"name\": \"none\"}";
    } else if (valid.contains("\"page_size\"")) {
      request = "{\"page_size\": -1}";
    }
    ApiProbe.Outcome grpc = probe.overGrpc(rpc, request);
    ApiProbe.Outcome http = probe.overHttp(rpc, request);

    assertThat(grpc.code()).isNotEqualTo("OK");
    assertThat(http).isEqualTo(grpc);
  }

  @ParameterizedTest
  @MethodSource("rpcs")
  void asksForATokenTheSameOverBoth(String rpc) {
    String request = REQUESTS.getOrDefault(rpc, "{}");

    ApiProbe.Outcome grpc = stranger.overGrpc(rpc, request);

    assertThat(grpc.code()).isEqualTo("UNAUTHENTICATED");
    assertThat(stranger.overHttp(rpc, request)).isEqualTo(grpc);
  }

  private static String request(String rpc, String transport) {
    String request = REQUESTS.getOrDefault(rpc, "{}");
    for (Map.Entry<String, UnaryOperator<String>> one : MADE.entrySet()) {
      String word = '"' + one.getKey() + '"';
      if (request.contains(word)) {
        request = request.replace(word, '"' + one.getValue().apply(transport) + '"');
      }
    }
    return request;
  }

  /** A new run that has ended. */
  private static String over(String name) {
    return control.awaitEnd(control.create(name).getRunId()).getRunId();
  }

  /** A subscription whose receiver has no address. */
  private static String subscribe(String name) {
    return made(
            "SubscriptionService/SetSubscription",
            REQUESTS.getOrDefault("SubscriptionService/SetSubscription", "").replace("desk", name))
        .get("subscription")
        .get("config")
        .get("name")
        .asText();
  }

  /** A new trigger. */
  private static String trigger(String transport) {
    String name = "trigger-" + transport;
    JsonNode unused =
        made(
            "TriggerService/SetTrigger",
            REQUESTS
                .getOrDefault("TriggerService/SetTrigger", "")
                .replace("\"hourly\"", '"' + name + '"'));
    return name;
  }

  private static String token() {
    return made("AccessService/CreateToken", REQUESTS.getOrDefault("AccessService/CreateToken", ""))
        .get("token")
        .get("token_id")
        .asText();
  }

  private static JsonNode made(String rpc, String request) {
    ApiProbe.Outcome outcome = probe.overGrpc(rpc, request);
    assertThat(outcome.code()).as(outcome.body().toString()).isEqualTo("OK");
    return outcome.body();
  }

  /** Until the log, which is written once a second, has a first page that stays as it is. */
  private static void awaitAuditEntries() {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!made("AccessService/ListAuditEntries", "{\"page_size\": 1}").has("next_page_token")
        && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(made("AccessService/ListAuditEntries", "{\"page_size\": 1}").has("next_page_token"))
        .isTrue();
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
