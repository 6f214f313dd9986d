package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.layout.RunLayout;
import io.retort.trigger.TriggerLabel;
import io.retort.v1.DeleteTriggerRequest;
import io.retort.v1.DeleteTriggerResponse;
import io.retort.v1.FailureCategory;
import io.retort.v1.FireTriggerRequest;
import io.retort.v1.FiringOutcome;
import io.retort.v1.GetTriggerRequest;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsRequest;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.ListTriggersRequest;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.ResumeTriggerRequest;
import io.retort.v1.RetrainTemplate;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.TestTriggerRequest;
import io.retort.v1.TestTriggerResponse;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerParameter;
import io.retort.v1.TriggerServiceGrpc;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TriggerServiceTest {
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
  void setsATriggerAndKeepsItsRevisions() {
    Trigger first = set(config("kept").setDescription("first").build());
    Trigger second = set(config("kept").setDescription("second").build());

    assertThat(first.getRevision()).isEqualTo(1);
    assertThat(first.getCreatedBy()).isEqualTo("local");
    assertThat(first.getTeam()).isEqualTo("default");
    assertThat(second.getRevision()).isEqualTo(2);
    assertThat(second.getCreatedAt()).isEqualTo(first.getCreatedAt());
    assertThat(get("kept")).isEqualTo(second);
    ListTriggerRevisionsResponse page = revisions("kept", "");
    assertThat(page.getRevisionsList()).containsExactly(second);
    assertThat(revisions("kept", page.getNextPageToken()).getRevisionsList())
        .containsExactly(first);
  }

  @Test
  void ofTwoWritersOneIsAborted() {
    Trigger first = set(config("raced").build());
    SetTriggerRequest.Builder change =
        SetTriggerRequest.newBuilder()
            .setConfig(config("raced").setDescription("changed"))
            .setExpectedRevision(first.getRevision());

    Trigger changed = triggers.setTrigger(change.build()).getTrigger();
    assertThat(changed.getRevision()).isEqualTo(2);
    StatusRuntimeException late = refused(() -> triggers.setTrigger(change.build()));
    assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
    assertThat(late.getStatus().getDescription()).startsWith("trigger raced: revision 2");
  }

  @Test
  void ofTwoCreatorsOneIsAborted() {
    SetTriggerRequest creation =
        SetTriggerRequest.newBuilder().setConfig(config("created")).setExpectedRevision(0).build();

    assertThat(triggers.setTrigger(creation).getTrigger().getRevision()).isEqualTo(1);
    StatusRuntimeException late = refused(() -> triggers.setTrigger(creation));
    assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
    assertThat(set(config("created").build()).getRevision()).as("whatever there is").isEqualTo(2);
    DeleteTriggerResponse unused =
        triggers.deleteTrigger(DeleteTriggerRequest.newBuilder().setName("created").build());
    assertThat(triggers.setTrigger(creation).getTrigger().getRevision()).isEqualTo(3);
  }

  @Test
  void checksWithoutAChange() {
    Trigger shown =
        triggers
            .setTrigger(
                SetTriggerRequest.newBuilder()
                    .setName("checked")
                    .setConfig(config("").build())
                    .setValidateOnly(true)
                    .build())
            .getTrigger();

    assertThat(shown.getConfig().getName()).isEqualTo("checked");
    assertThat(refused(() -> get("checked")).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void namesEveryViolationAtOnce() {
    TriggerConfig.Builder config = config("Wrong_");
    config.getLaunchBuilder().getSpecBuilder().getSftBuilder().setLearningRate(-1);
    config.getLaunchBuilder().setLane("absent");
    config
        .getScheduleBuilder()
        .setCron("61 2 * *")
        .setTimeZone("Mars/Olympus")
        .getCatchUpBuilder()
        .setSeconds(1);
    assertThat(violations(config))
        .containsExactlyInAnyOrder(
            "config.name",
            "config.schedule.catch_up",
            "config.schedule.cron",
            "config.schedule.time_zone",
            "config.launch.lane",
            "config.launch.spec.sft.learning_rate");
  }

  @ParameterizedTest
  @CsvSource({
    "p, /a, sft.learning_rate, '', ok",
    "p, /a, label.ticket, '', ok",
    "p, /a, append_train, '/data/[a-z]+', ok",
    "p, /a, append_train, '', pattern",
    "p, /a, student.model, '', pattern",
    "p, /a, student.model, '(', pattern",
    "p, /a, student.model, '((a{1000}){1000}){1000}', pattern",
    "p, /a, sft.learning_rate, 'x', pattern",
    "p, a, seed, '', pointer",
    "p, '', seed, '', pointer",
    "p, /~2, seed, '', pointer",
    "p, /a, team, '', target",
    "p, /a, data.train, '', target",
    "p, /a, sft, '', target",
    "p, /a, label.retort.dev/trigger, '', target",
    "p, /a, sft.none, '', target",
    "1, /a, seed, '', name"
  })
  void checksParameters(
      String name, String pointer, String target, String pattern, String expected) {
    TriggerConfig.Builder config = config("parameters");
    config
        .getLaunchBuilder()
        .addParametersBuilder()
        .setName(name)
        .setPointer(pointer)
        .setTarget(target)
        .setPattern(pattern);
    List<String> violations =
        expected.equals("ok")
            ? List.of()
            : violations(config).stream().map(TriggerServiceTest::last).toList();
    if (expected.equals("ok")) {
      assertThat(set(config.build()).getRevision()).isPositive();
    } else {
      assertThat(violations).containsExactly(expected);
    }
  }

  @Test
  void launchesARunWithTheValuesOfThePayload() {
    TriggerConfig.Builder config = config("fires");
    config
        .getLaunchBuilder()
        .setNote("by alert")
        .putLabels("tier", "gold")
        .addParameters(number("rate", "/data/rate", "sft.learning_rate", 1e-6, 1e-3))
        .addParameters(
            TriggerParameter.newBuilder()
                .setName("file")
                .setPointer("/data/files/1")
                .setTarget("append_train")
                .setPattern("/data/[a-z]+\\.jsonl"))
        .addParameters(
            TriggerParameter.newBuilder()
                .setName("seed")
                .setPointer("/seed")
                .setTarget("seed")
                .setDefaultValue(Value.newBuilder().setNumberValue(7)))
        .addParameters(
            TriggerParameter.newBuilder()
                .setName("ticket")
                .setPointer("/ticket")
                .setTarget("label.ticket"));
    Trigger trigger = set(config.build());

    TriggerFiring firing =
        fire(
            "fires",
            "{\"data\": {\"rate\": 2e-5, \"files\": [\"no\", \"/data/new.jsonl\"]}, \"ticket\": 12}",
            "");

    assertThat(firing.getOutcome())
        .as(firing.toString())
        .isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(firing.getRevision()).isEqualTo(trigger.getRevision());
    assertThat(firing.getParametersMap())
        .containsEntry("rate", "0.00002")
        .containsEntry("seed", "7")
        .containsEntry("ticket", "12")
        .containsEntry("file", "/data/new.jsonl");
    Run run = control.get(firing.getRunId());
    assertThat(run.getCreatedBy()).isEqualTo("trigger/fires (made by local)");
    assertThat(run.getNote()).isEqualTo("by alert");
    assertThat(run.getLabelsMap())
        .containsEntry(TriggerLabel.KEY, "fires")
        .containsEntry("tier", "gold")
        .containsEntry("ticket", "12");
    assertThat(run.getSpec().getSft().getLearningRate()).isEqualTo(2e-5);
    assertThat(run.getSpec().getSeed()).isEqualTo(7);
    assertThat(run.getSpec().getData().getTrain(1).getPath()).isEqualTo("/data/new.jsonl");
    assertThat(get("fires").getLastFiring()).isEqualTo(firing);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"rate\": \"fast\"} | payload/rate: \"fast\" (expected: a number",
        "{\"rate\": 0.5} | payload/rate: 0.5 (expected: at most 0.001",
        "{\"rate\": -1e300} | payload/rate: -1E+300 (expected: at least",
        "{\"rate\": [1]} | payload/rate: an array (expected: a number",
        "{\"rate\": null} | payload/rate: missing",
        "{\"other\": 1} | payload/rate: missing",
        "{\"rate\": 1e-4, \"seed\": 1.5} | payload/seed: 1.5 (expected: a whole number",
        "{\"rate\": 1e-4, \"seed\": 4294967296} | payload/seed: 4294967296 (expected: a whole number",
        "{\"rate\": 1e-4, \"model\": \"/etc/passwd\"} | payload/model: \"/etc/passwd\" (expected: text",
        "{\"rate\": 1e-4, \"model\": \"/models/a\\n\"} | payload/model",
        "{\"rate\": 1e-4, \"strategy\": \"none\"} | payload/strategy: \"none\" (expected: one of"
      })
  void refusesAPayloadThatDoesNotFit(String payload, String expected) throws Exception {
    TriggerConfig.Builder config = config("hostile");
    config
        .getLaunchBuilder()
        .addParameters(number("rate", "/rate", "sft.learning_rate", 1e-6, 1e-3))
        .addParameters(optional("seed", "seed", Value.newBuilder().setNumberValue(1).build()))
        .addParameters(
            optional(
                    "model",
                    "student.model",
                    Value.newBuilder().setStringValue("/models/a").build())
                .toBuilder()
                .setPattern("/models/[a-z]+"))
        .addParameters(
            optional(
                "strategy", "last_stage", Value.newBuilder().setStringValue("RELEASE").build()));
    Trigger unused = set(config.build());

    TriggerFiring firing = fire("hostile", payload, "");

    assertThat(firing.getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_REFUSED);
    assertThat(firing.getFailure().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
    assertThat(firing.getFailure().getMessage()).startsWith(expected);
  }

  @Test
  void refusesNumbersThatJsonDoesNotHave() {
    TriggerConfig.Builder config = config("infinite");
    config.getLaunchBuilder().addParameters(number("rate", "/rate", "sft.learning_rate", 0, 1));
    Trigger unused = set(config.build());
    for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      TriggerFiring firing =
          triggers
              .fireTrigger(
                  FireTriggerRequest.newBuilder()
                      .setName("infinite")
                      .setPayload(
                          Struct.newBuilder()
                              .putFields("rate", Value.newBuilder().setNumberValue(number).build()))
                      .build())
              .getFiring();
      assertThat(firing.getFailure().getMessage())
          .startsWith("payload/rate: " + number + " (expected: a number");
    }
  }

  @Test
  void theSameRequestAtOnceLaunchesOneRun() throws Exception {
    Trigger unused = set(config("once").build());
    try (Closing threads = new Closing(Executors.newFixedThreadPool(4))) {
      List<Future<TriggerFiring>> fired =
          Stream.generate(() -> threads.executor.submit(() -> fire("once", "{}", "event-1")))
              .limit(4)
              .toList();
      TriggerFiring first = fired.get(0).get();
      assertThat(first.getOutcome()).isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
      for (Future<TriggerFiring> other : fired) {
        assertThat(other.get().getRunId()).isEqualTo(first.getRunId());
      }
    }
    assertThat(firings("once", 10, "").getFiringsList()).hasSize(1);
    StatusRuntimeException reused = refused(() -> fire("once", "{\"a\": 1}", "event-1"));
    assertThat(reused.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void listsFiringsNewestFirstInPages() {
    Trigger unused = set(config("listed").build());
    TriggerFiring first = fire("listed", "{}", "a");
    TriggerFiring second = fire("listed", "{}", "b");

    ListFiringsResponse page = firings("listed", 1, "");
    ListFiringsResponse next = firings("listed", 1, page.getNextPageToken());

    assertThat(List.of(page.getFirings(0), next.getFirings(0)))
        .containsExactlyInAnyOrder(first, second);
    assertThat(next.getNextPageToken()).isEmpty();
    assertThat(refused(() -> firings("listed", 1, "../x")).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void firesNothingWhilePaused() {
    Trigger unused = set(config("pausing").build());
    Trigger paused =
        triggers
            .pauseTrigger(
                PauseTriggerRequest.newBuilder().setName("pausing").setReason("moving").build())
            .getTrigger();
    assertThat(paused.getPause().getReason()).isEqualTo("moving");
    assertThat(set(config("pausing").build()).hasPause()).isTrue();
    StatusRuntimeException refusal = refused(() -> fire("pausing", "{}", ""));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);

    Trigger resumed =
        triggers
            .resumeTrigger(ResumeTriggerRequest.newBuilder().setName("pausing").build())
            .getTrigger();
    assertThat(resumed.hasPause()).isFalse();
    assertThat(fire("pausing", "{}", "").getOutcome())
        .isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
  }

  @Test
  void aDeletedTriggerKeepsItsFiringsAndItsRevisionsGoOn() {
    Trigger unused = set(config("gone").build());
    TriggerFiring firing = fire("gone", "{}", "");
    DeleteTriggerResponse ignored =
        triggers.deleteTrigger(DeleteTriggerRequest.newBuilder().setName("gone").build());

    assertThat(refused(() -> get("gone")).getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refused(() -> fire("gone", "{}", "")).getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    assertThat(firings("gone", 10, "").getFiringsList()).containsExactly(firing);
    assertThat(
            triggers
                .listTriggers(ListTriggersRequest.getDefaultInstance())
                .getTriggersList()
                .stream()
                .map(trigger -> trigger.getConfig().getName()))
        .doesNotContain("gone");
    assertThat(set(config("gone").build()).getRevision()).isEqualTo(2);
  }

  @Test
  void listsTheNextTimeOfASchedule() {
    TriggerConfig.Builder config = config("listed-time");
    config.getScheduleBuilder().setCron("0 2 * * *");
    Trigger unused = set(config.build());

    assertThat(listed("listed-time").getNextTime().getSeconds())
        .isGreaterThan(Instant.now().getEpochSecond());
    Trigger paused =
        triggers
            .pauseTrigger(PauseTriggerRequest.newBuilder().setName("listed-time").build())
            .getTrigger();
    assertThat(paused.hasPause()).isTrue();
    assertThat(listed("listed-time").hasNextTime()).isFalse();
  }

  @Test
  void aRecordThatCannotBeReadIsListedWithItsProblem() throws IOException {
    Trigger unused = set(config("broken").build());
    Trigger ignored = set(config("whole").build());
    Path record = Path.of(URI.create(RunLayout.triggers(control.storeUri) + "/broken.json"));
    byte[] bytes = Files.readAllBytes(record);
    Files.writeString(record, "{");
    try {
      assertThat(listed("broken").getProblem()).startsWith("its record cannot be read: ");
      assertThat(listed("whole").getProblem()).isEmpty();
      assertThat(refused(() -> get("broken")).getStatus().getCode())
          .isEqualTo(Status.Code.DATA_LOSS);
    } finally {
      Files.write(record, bytes);
    }
  }

  private static Trigger listed(String name) {
    return triggers
        .listTriggers(ListTriggersRequest.newBuilder().setPageSize(1000).build())
        .getTriggersList()
        .stream()
        .filter(trigger -> trigger.getConfig().getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void testsWithoutAFiring() {
    TriggerConfig.Builder config = config("tested");
    config.getLaunchBuilder().addParameters(number("rate", "/rate", "sft.learning_rate", 0, 1));
    Trigger unused = set(config.build());

    TestTriggerResponse response =
        triggers.testTrigger(
            TestTriggerRequest.newBuilder()
                .setName("tested")
                .setPayload(payload("{\"rate\": 0.25}"))
                .build());

    assertThat(response.getSpec().getSft().getLearningRate()).isEqualTo(0.25);
    assertThat(response.getSpec().getSft().getEpochs()).isEqualTo(3);
    assertThat(response.getParametersMap()).containsEntry("rate", "0.25");
    assertThat(
            refused(
                    () ->
                        triggers.testTrigger(
                            TestTriggerRequest.newBuilder().setName("tested").build()))
                .getStatus()
                .getDescription())
        .isEqualTo("payload/rate: missing (expected: a value for sft.learning_rate)");
    assertThat(firings("tested", 10, "").getFiringsList()).isEmpty();
  }

  @Test
  void retrainsARunWithTheValuesOfThePayload() {
    Run origin = control.awaitEnd(control.create("succeeds").getRunId());
    assertThat(origin.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    TriggerConfig config =
        TriggerConfig.newBuilder()
            .setName("retrains")
            .setLaunch(
                LaunchTemplate.newBuilder()
                    .setRetrain(RetrainTemplate.newBuilder().setRunId(origin.getRunId()))
                    .addParameters(number("rate", "/rate", "sft.learning_rate", 0, 1)))
            .build();
    Trigger unused = set(config);

    TriggerFiring firing = fire("retrains", "{\"rate\": 0.125}", "");

    assertThat(firing.getOutcome())
        .as(firing.toString())
        .isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    Run run = control.get(firing.getRunId());
    assertThat(run.getOriginRunId()).isEqualTo(origin.getRunId());
    assertThat(run.getSpec().getSft().getLearningRate()).isEqualTo(0.125);
    TriggerConfig.Builder absent = config.toBuilder();
    absent.getLaunchBuilder().getRetrainBuilder().setRunId("none-20260101-aaaaaa");
    assertThat(violations(absent)).containsExactly("config.launch.retrain");
  }

  private static String last(String field) {
    return field.substring(field.lastIndexOf('.') + 1);
  }

  private static TriggerParameter number(
      String name, String pointer, String target, double minimum, double maximum) {
    return TriggerParameter.newBuilder()
        .setName(name)
        .setPointer(pointer)
        .setTarget(target)
        .setMinimum(minimum)
        .setMaximum(maximum)
        .build();
  }

  private static TriggerParameter optional(String name, String target, Value value) {
    return TriggerParameter.newBuilder()
        .setName(name)
        .setPointer("/" + name)
        .setTarget(target)
        .setDefaultValue(value)
        .build();
  }

  private static TriggerConfig.Builder config(String name) {
    return TriggerConfig.newBuilder()
        .setName(name)
        .setLaunch(LaunchTemplate.newBuilder().setSpec(ControlHarness.spec("waits")));
  }

  private static Trigger set(TriggerConfig config) {
    return triggers
        .setTrigger(SetTriggerRequest.newBuilder().setConfig(config).build())
        .getTrigger();
  }

  private static Trigger get(String name) {
    return triggers.getTrigger(GetTriggerRequest.newBuilder().setName(name).build()).getTrigger();
  }

  private static TriggerFiring fire(String name, String payload, String requestId) {
    return triggers
        .fireTrigger(
            FireTriggerRequest.newBuilder()
                .setName(name)
                .setPayload(payload(payload))
                .setRequestId(requestId)
                .build())
        .getFiring();
  }

  private static ListFiringsResponse firings(String name, int size, String token) {
    return triggers.listFirings(
        ListFiringsRequest.newBuilder()
            .setName(name)
            .setPageSize(size)
            .setPageToken(token)
            .build());
  }

  private static ListTriggerRevisionsResponse revisions(String name, String token) {
    return triggers.listTriggerRevisions(
        ListTriggerRevisionsRequest.newBuilder()
            .setName(name)
            .setPageSize(1)
            .setPageToken(token)
            .build());
  }

  private static Struct payload(String json) {
    Struct.Builder payload = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(json, payload);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json, e);
    }
    return payload.build();
  }

  private static List<String> violations(TriggerConfig.Builder config) {
    StatusRuntimeException refusal = refused(() -> set(config.build()));
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    try {
      return StatusProto.fromThrowable(refusal)
          .getDetails(0)
          .unpack(BadRequest.class)
          .getFieldViolationsList()
          .stream()
          .map(BadRequest.FieldViolation::getField)
          .toList();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private static StatusRuntimeException refused(ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).isNotNull();
    return thrown;
  }

  private record Closing(ExecutorService executor) implements AutoCloseable {
    @Override
    public void close() {
      List<Runnable> unused = executor.shutdownNow();
    }
  }
}
