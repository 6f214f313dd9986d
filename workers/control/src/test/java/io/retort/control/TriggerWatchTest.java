package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.trigger.WatchedTriggerWorkflow;
import io.retort.v1.DataSource;
import io.retort.v1.DeleteTriggerRequest;
import io.retort.v1.DeleteTriggerResponse;
import io.retort.v1.FireTriggerRequest;
import io.retort.v1.FiringCause;
import io.retort.v1.FiringOutcome;
import io.retort.v1.GetTriggerRequest;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.PauseTriggerResponse;
import io.retort.v1.ResumeTriggerRequest;
import io.retort.v1.ResumeTriggerResponse;
import io.retort.v1.RunSpec;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.TestTriggerRequest;
import io.retort.v1.TestTriggerResponse;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerParameter;
import io.retort.v1.TriggerServiceGrpc;
import io.retort.v1.WatchedTrigger;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Triggers that watch a location, with stubs for what is there. */
@Timeout(120)
final class TriggerWatchTest {
  private static ControlHarness control;
  private static TriggerServiceGrpc.TriggerServiceBlockingStub triggers;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
    triggers = control.client(TriggerServiceGrpc.TriggerServiceBlockingStub.class);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void theWorkflowFollowsTheTrigger() {
    control.watches.files.put("/data/followed", List.of());
    Trigger first = set(config("followed"));
    WatchedTrigger state = state("followed");
    assertThat(state.getConfig().getRevision()).isEqualTo(first.getRevision());
    assertThat(state.getConfig().getSource()).isEqualTo(first.getConfig().getWatchedData());
    Trigger shown = await(() -> get("followed"), Trigger::hasWatch);
    assertThat(shown.getWatch().hasLookedAt()).isTrue();
    assertThat(shown.getProblem()).isEmpty();

    PauseTriggerResponse ignored =
        triggers.pauseTrigger(PauseTriggerRequest.newBuilder().setName("followed").build());
    assertThat(state("followed").getConfig().getPaused()).isTrue();
    ResumeTriggerResponse unused =
        triggers.resumeTrigger(ResumeTriggerRequest.newBuilder().setName("followed").build());
    assertThat(state("followed").getConfig().getPaused()).isFalse();

    DeleteTriggerResponse deleted =
        triggers.deleteTrigger(DeleteTriggerRequest.newBuilder().setName("followed").build());
    assertThat(deleted).isNotNull();
    assertThat(status("followed"))
        .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
    Trigger again = set(config("followed"));
    assertThat(state("followed").getSinceRevision()).isEqualTo(again.getRevision());
  }

  @Test
  void anotherSourceEndsTheWatch() {
    control.watches.files.put("/data/other", List.of());
    Trigger first = set(config("other"));
    assertThat(first.getConfig().hasWatchedData()).isTrue();
    TriggerConfig.Builder byHand = config("other").clearWatchedData();
    byHand.getLaunchBuilder().setSpec(ControlHarness.spec("waits"));
    Trigger unused = set(byHand);

    assertThat(status("other"))
        .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
  }

  @Test
  void newFilesLaunchOneRunThatReadsThem() {
    control.watches.files.put("/data/fires", List.of("/data/fires/a.jsonl", "/data/fires/b.jsonl"));
    TriggerConfig.Builder config = config("fires");
    config
        .getLaunchBuilder()
        .addParameters(
            TriggerParameter.newBuilder()
                .setName("count")
                .setPointer("/count")
                .setTarget("label.files"));
    Trigger unused = set(config);
    awaitFound("fires");
    // Any change makes it look at once.
    Trigger ignored = set(config.setDescription("changed"));
    TriggerFiring firing = awaitFiring("fires");

    assertThat(firing.getOutcome())
        .as(firing.toString())
        .isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(firing.getCause()).isEqualTo(FiringCause.FIRING_CAUSE_WATCHED_DATA);
    assertThat(firing.getDetail()).isEqualTo("2 new files in /data/fires: a.jsonl, b.jsonl");
    assertThat(control.get(firing.getRunId()).getSpec().getData().getTrainList())
        .extracting(DataSource::getPath)
        .containsExactly("/data/fires/a.jsonl", "/data/fires/b.jsonl");
    assertThat(control.get(firing.getRunId()).getLabelsMap()).containsEntry("files", "2");
    Trigger after = set(config.setDescription("changed again"));
    assertThat(after.getRevision()).isEqualTo(3);
    assertThat(firings("fires")).hasSize(1);
  }

  @Test
  void moreFilesThanARunTakesAreRefused() {
    control.watches.files.put(
        "/data/many",
        IntStream.range(0, 1000).mapToObj(file -> "/data/many/" + file + ".jsonl").toList());
    control.watches.more = 500;
    try {
      TriggerConfig.Builder config = config("many");
      Trigger unused = set(config);
      awaitFound("many");
      Trigger ignored = set(config.setDescription("changed"));
      TriggerFiring firing = awaitFiring("many");

      assertThat(firing.getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_REFUSED);
      assertThat(firing.getFailure().getType()).isEqualTo("TOO_MANY_FILES");
      assertThat(firing.getFailure().getMessage())
          .contains("1500 new files in /data/many (expected: at most 1000 at once");
      assertThat(violations(() -> test("many", "{}")).get(0).getDescription())
          .startsWith("1500 new files");
    } finally {
      control.watches.more = 0;
    }
  }

  @Test
  void aLocationThatIsNotThereIsAProblem() {
    Trigger unused = set(config("absent"));

    Trigger shown = await(() -> get("absent"), trigger -> !trigger.getProblem().isEmpty());
    assertThat(shown.getProblem()).isEqualTo("/data/absent: no such folder");
    assertThat(shown.hasWatch()).isFalse();
  }

  @Test
  void refusesLocationsAndPatternsAtOnce() {
    TriggerConfig.Builder wrong = config("wrong");
    wrong
        .getWatchedDataBuilder()
        .setUri("hub/data")
        .setPattern("{a")
        .setPollInterval(Duration.newBuilder().setSeconds(1))
        .setQuietPeriod(Duration.newBuilder().setSeconds(90_000));
    wrong
        .getLaunchBuilder()
        .addParameters(
            TriggerParameter.newBuilder()
                .setName("other")
                .setPointer("/other")
                .setTarget("label.other"));

    assertThat(violations(() -> set(wrong)))
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactlyInAnyOrder(
            "config.watched_data.uri",
            "config.watched_data.pattern",
            "config.watched_data.poll_interval",
            "config.watched_data.quiet_period",
            "config.launch.parameters[0].pointer");
  }

  @Test
  void refusesTheStoreAndWhatTheWorkersMayNotRead() {
    for (String uri :
        List.of(
            control.storeUri,
            control.storeUri + "/runs",
            "/",
            "/forbidden/data",
            "s3://bucket/in/*.jsonl")) {
      TriggerConfig.Builder config = config("refused");
      config.getWatchedDataBuilder().setUri(uri);

      assertThat(violations(() -> set(config)))
          .extracting(BadRequest.FieldViolation::getField)
          .as(uri)
          .containsExactly("config.watched_data.uri");
    }
  }

  @Test
  void aTestShowsTheRunOfTheFilesThatAreThere() {
    control.watches.files.put("/data/tested", List.of("/data/tested/a.jsonl"));
    Trigger unused = set(config("tested"));

    TestTriggerResponse there = test("tested", "{}");
    TestTriggerResponse given = test("tested", "{\"files\": [\"/data/x.jsonl\"]}");

    assertThat(paths(there.getSpec())).containsExactly("/data/tested/a.jsonl");
    assertThat(paths(given.getSpec())).containsExactly("/data/x.jsonl");
    control.watches.files.put("/data/tested", List.of());
    assertThat(violations(() -> test("tested", "{}")).get(0).getDescription())
        .startsWith("no file in /data/tested counts");
    assertThat(violations(() -> test("tested", "{\"files\": [1]}")).get(0).getField())
        .isEqualTo("payload/files");
  }

  @Test
  void aTestTellsWhyItDoesNotKnowTheFiles() {
    Trigger unused = set(config("untested"));

    StatusRuntimeException thrown =
        catchThrowableOfType(StatusRuntimeException.class, () -> test("untested", "{}"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(thrown.getStatus().getDescription())
        .isEqualTo(
            "/data/untested: no such folder; a test with a payload that has files needs no look");
  }

  @Test
  void firesByHandForFilesThatAreNamed() {
    control.watches.files.put("/data/hand", List.of());
    Trigger unused = set(config("hand"));

    TriggerFiring firing =
        triggers
            .fireTrigger(
                FireTriggerRequest.newBuilder()
                    .setName("hand")
                    .setPayload(payload("{\"files\": [\"/data/x.jsonl\"]}"))
                    .build())
            .getFiring();

    assertThat(firing.getOutcome())
        .as(firing.toString())
        .isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(paths(control.get(firing.getRunId()).getSpec())).containsExactly("/data/x.jsonl");
  }

  private static List<String> paths(RunSpec spec) {
    return spec.getData().getTrainList().stream().map(DataSource::getPath).toList();
  }

  private static void awaitFound(String name) {
    WatchedTrigger unused = await(() -> state(name), watch -> !watch.getFound().isEmpty());
  }

  private static TriggerFiring awaitFiring(String name) {
    return await(() -> firings(name), firings -> !firings.isEmpty()).get(0);
  }

  /** Asks again until the condition holds; the test's own time limit ends it. */
  private static <T> T await(Supplier<T> state, Predicate<T> wanted) {
    Instant end = Instant.now().plusSeconds(60);
    T last = state.get();
    while (!wanted.test(last) && Instant.now().isBefore(end)) {
      last = state.get();
    }
    assertThat(last).matches(wanted);
    return last;
  }

  private static TestTriggerResponse test(String name, String payload) {
    return triggers.testTrigger(
        TestTriggerRequest.newBuilder().setName(name).setPayload(payload(payload)).build());
  }

  private static Struct payload(String json) {
    Struct.Builder payload = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(json, payload);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
    return payload.build();
  }

  private static List<TriggerFiring> firings(String name) {
    return triggers
        .listFirings(ListFiringsRequest.newBuilder().setName(name).build())
        .getFiringsList();
  }

  private static WatchedTrigger state(String name) {
    return control
        .temporal()
        .newWorkflowStub(WatchedTriggerWorkflow.class, WatchedTriggerWorkflow.id(name))
        .state();
  }

  private static WorkflowExecutionStatus status(String name) {
    return control
        .temporal()
        .newUntypedWorkflowStub(WatchedTriggerWorkflow.id(name))
        .describe()
        .getStatus();
  }

  private static List<BadRequest.FieldViolation> violations(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    try {
      return StatusProto.fromThrowable(thrown).getDetailsList().stream()
          .filter(detail -> detail.is(BadRequest.class))
          .findFirst()
          .orElseThrow()
          .unpack(BadRequest.class)
          .getFieldViolationsList();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  /** Of a location named like the trigger, whose files all are new; a run needs none but these. */
  private static TriggerConfig.Builder config(String name) {
    TriggerConfig.Builder config = TriggerConfig.newBuilder().setName(name);
    config
        .getWatchedDataBuilder()
        .setUri("/data/" + name)
        .setIncludeExisting(true)
        .setQuietPeriod(Duration.getDefaultInstance());
    config.getLaunchBuilder().getSpecBuilder().setName("waits");
    return config;
  }

  private static Trigger set(TriggerConfig.Builder config) {
    return triggers
        .setTrigger(SetTriggerRequest.newBuilder().setConfig(config).build())
        .getTrigger();
  }

  private static Trigger get(String name) {
    return triggers.getTrigger(GetTriggerRequest.newBuilder().setName(name).build()).getTrigger();
  }
}
