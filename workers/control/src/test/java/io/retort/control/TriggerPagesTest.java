package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.retort.identity.Caller;
import io.retort.pages.LocalCalls;
import io.retort.pages.PageLinks;
import io.retort.pages.Pages;
import io.retort.store.Store;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.FireTriggerRequest;
import io.retort.v1.FireTriggerResponse;
import io.retort.v1.FiringCause;
import io.retort.v1.FiringOutcome;
import io.retort.v1.GetTriggerRequest;
import io.retort.v1.GetTriggerResponse;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.ListFiringsResponse;
import io.retort.v1.ListTriggerRevisionsRequest;
import io.retort.v1.ListTriggerRevisionsResponse;
import io.retort.v1.ListTriggersRequest;
import io.retort.v1.ListTriggersResponse;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.PauseTriggerResponse;
import io.retort.v1.Plan;
import io.retort.v1.ResumeTriggerRequest;
import io.retort.v1.ResumeTriggerResponse;
import io.retort.v1.Role;
import io.retort.v1.Stage;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;
import io.retort.v1.TestTriggerRequest;
import io.retort.v1.TestTriggerResponse;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerPause;
import io.retort.v1.TriggerServiceGrpc;
import io.retort.v1.WatchStatus;
import io.retort.v1.WatchedDataSource;
import io.retort.worker.Environment;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of triggers over a service that remembers what it was asked. */
final class TriggerPagesTest {
  private static final String HOSTILE = "<script>alert(1)</script>";

  private final FakeTriggers triggers = new FakeTriggers();
  private Caller caller = new Caller("ann", "token:1", Map.of("nlp", Role.ROLE_OPERATOR));
  private Server server;
  private PageClient client;

  @BeforeEach
  void start(@TempDir Path folder) {
    String storeUri = "file://" + folder;
    ServerBuilder builder = Server.builder().http(0);
    new Pages(
            new LocalCalls(List.of(triggers.bindService())),
            Store.open(storeUri),
            storeUri,
            new PageLinks(new Environment(Map.of()), "default"),
            context -> caller,
            Pages.csrf())
        .addTo(builder, page -> page);
    server = builder.build();
    server.start().join();
    client = new PageClient("http://127.0.0.1:" + server.activeLocalPort());
  }

  @AfterEach
  void stop() {
    server.stop().join();
  }

  @Test
  void theListShowsWhatFiresAndWhatCameOfIt() {
    assertThat(client.get("/triggers").body())
        .contains("href=\"/triggers/nightly\"", "schedule 0 2 * * 1-5 Europe/Berlin")
        .contains("href=\"/runs/run-7\"")
        .doesNotContain("<script>alert");
  }

  @Test
  void aTriggerShowsItsConfigurationRevisionsAndFirings() {
    String page = client.get("/triggers/nightly").body();

    assertThat(page)
        .contains("2 skipped, 1 missed", "2027-01-15 08:00:00 UTC", "its schedule is gone")
        .contains("cron: 0 2 * * 1-5", "time_zone: Europe/Berlin", "target: sft.learning_rate")
        .contains("Revision 2", "by bob", "Revision 1", "by ann")
        .contains("USER/INVALID_SPEC: &lt;script&gt;", "an earlier run had not ended", "rate=0.1")
        .contains("href=\"/triggers/nightly?firings=f2\"")
        .contains("action=\"/triggers/nightly/pause\"", "formaction=\"/triggers/nightly/fire\"")
        .doesNotContain("<script>alert", "/triggers/nightly/resume");
    client.get("/triggers/nightly?firings=f2&revisions=r2");
    assertThat(triggers.firings.getPageToken()).isEqualTo("f2");
    assertThat(triggers.revisions.getPageToken()).isEqualTo("r2");
    assertThat(client.get("/triggers/nobody").statusCode()).isEqualTo(404);
  }

  @Test
  void aWatchedLocationIsShownWithItsLastLook() {
    triggers.trigger =
        triggers.trigger.toBuilder()
            .setConfig(
                triggers.trigger.getConfig().toBuilder()
                    .setWatchedData(
                        WatchedDataSource.newBuilder()
                            .setUri("/data/" + HOSTILE)
                            .setPattern("*.{json,jsonl}")
                            .setPollInterval(Durations.fromMinutes(10))))
            .setWatch(
                WatchStatus.newBuilder()
                    .setLookedAt(Timestamps.fromSeconds(1_796_000_000L))
                    .setFiles(1234)
                    .setBytes(5 << 20)
                    .setNewFiles(2)
                    .setChangedAt(Timestamps.fromSeconds(1_796_000_000L)))
            .setProblem(HOSTILE + ": no such folder")
            .build();

    assertThat(client.get("/triggers/nightly").body())
        .contains("new data in /data/&lt;script&gt;", "<dd class=\"text\">*.{json,jsonl}</dd>")
        .contains("every 10 min 00 s, fires after 1 min 00 s without a change")
        .contains("<dd>1,234, 5 MiB</dd>", "<dd>2, last changed ", "no such folder")
        .doesNotContain("<script>alert");
  }

  @Test
  void aTriggerIsPausedAndResumed() {
    client.get("/triggers/nightly");

    HttpResponse<String> paused = client.post("/triggers/nightly/pause", Map.of("reason", HOSTILE));

    assertThat(paused.headers().firstValue("location")).contains("/triggers/nightly");
    assertThat(client.get("/triggers/nightly").body())
        .contains("Paused", "by ann: &lt;script&gt;", "action=\"/triggers/nightly/resume\"")
        .doesNotContain("<script>alert", "/triggers/nightly/pause", "/triggers/nightly/fire");
    assertThat(client.post("/triggers/nightly/resume", Map.of()).statusCode()).isEqualTo(303);
    assertThat(client.get("/triggers/nightly").body()).doesNotContain("Paused");
  }

  @Test
  void aTestShowsSpecAndPlanForAPayload() {
    client.get("/triggers/nightly");

    HttpResponse<String> tested =
        client.post("/triggers/nightly/test", Map.of("payload", "{\"rate\": 0.5}"));

    assertThat(tested.statusCode()).isEqualTo(200);
    assertThat(tested.body())
        .contains("It would launch", "ingest", "HIT", "earlier-1", "<dd>0.5</dd>")
        .contains("name: nightly", "0.5}</textarea>");
    assertThat(triggers.fired).isEmpty();
    for (Map.Entry<String, Integer> wrong :
        Map.of("{\"rate\":", 400, "[1]", 400, "x".repeat(100_001), 400, "{\"rate\": 9}", 400)
            .entrySet()) {
      HttpResponse<String> refused =
          client.post("/triggers/nightly/test", Map.of("payload", wrong.getKey()));
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(wrong.getValue());
      assertThat(refused.body()).contains("role=\"alert\"", "</textarea>");
    }
  }

  @Test
  void aTriggerFiresOnceAndShowsItsRun() {
    client.get("/triggers/nightly");
    Map<String, String> form = Map.of("payload", "{\"rate\": 0.5}", "request_id", "fire-1");

    HttpResponse<String> fired = client.post("/triggers/nightly/fire", form);

    assertThat(fired.headers().firstValue("location")).contains("/runs/run-8");
    assertThat(triggers.fired)
        .singleElement()
        .returns("fire-1", FireTriggerRequest::getRequestId)
        .returns(0.5, request -> request.getPayload().getFieldsOrThrow("rate").getNumberValue());
    client.forgetToken();
    assertThat(client.post("/triggers/nightly/fire", form).statusCode()).isEqualTo(403);
    assertThat(triggers.fired).hasSize(1);
  }

  @Test
  void whatDoesNotFireKeepsThePayload() {
    client.get("/triggers/nightly");
    Map<String, String> form = Map.of("payload", "{\"rate\": 0.5}", "request_id", "fire-2");

    triggers.refusal = Status.INVALID_ARGUMENT.withDescription("rate: 0.5 (expected: less)");
    HttpResponse<String> refused = client.post("/triggers/nightly/fire", form);
    triggers.refusal = Status.UNAVAILABLE.withDescription("nobody answers");
    HttpResponse<String> unknown = client.post("/triggers/nightly/fire", form);

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .contains("rate: 0.5 (expected: less)", "0.5}</textarea>", "name=\"request_id\"")
        .doesNotContain("value=\"fire-2\"");
    assertThat(unknown.statusCode()).isEqualTo(503);
    assertThat(unknown.body())
        .as("it may have fired: the form that is sent again is the same request")
        .contains("nobody answers", "0.5}</textarea>", "value=\"fire-2\"");
  }

  @Test
  void aViewerHasNoButtonsButTheTest() {
    caller = new Caller("eve", "token:2", Map.of("nlp", Role.ROLE_VIEWER));

    assertThat(client.get("/triggers/nightly").body())
        .contains("action=\"/triggers/nightly/test\"")
        .doesNotContain("/triggers/nightly/pause", "/triggers/nightly/fire");
  }

  private static final class FakeTriggers extends TriggerServiceGrpc.TriggerServiceImplBase {
    private final List<FireTriggerRequest> fired = new ArrayList<>();
    private Trigger trigger = nightly();
    private Status refusal = Status.OK;
    private ListFiringsRequest firings = ListFiringsRequest.getDefaultInstance();
    private ListTriggerRevisionsRequest revisions =
        ListTriggerRevisionsRequest.getDefaultInstance();

    private static Trigger nightly() {
      Trigger.Builder trigger = Trigger.newBuilder();
      trigger
          .setTeam("nlp")
          .setRevision(2)
          .setCreatedBy("ann")
          .setChangedBy("bob")
          .setChangedAt(Timestamps.fromSeconds(1_800_000_000))
          .setNextTime(Timestamps.fromSeconds(1_800_000_000))
          .setSkipped(2)
          .setMissed(1)
          .setProblem("its schedule is gone")
          .setLastFiring(firing(FiringOutcome.FIRING_OUTCOME_LAUNCHED).setRunId("run-7"))
          .getConfigBuilder()
          .setName("nightly")
          .setDescription(HOSTILE);
      trigger
          .getConfigBuilder()
          .getScheduleBuilder()
          .setCron("0 2 * * 1-5")
          .setTimeZone("Europe/Berlin");
      trigger
          .getConfigBuilder()
          .getLaunchBuilder()
          .setSpec(ControlHarness.spec("nightly"))
          .addParametersBuilder()
          .setName("rate")
          .setPointer("/rate")
          .setTarget("sft.learning_rate");
      return trigger.build();
    }

    private static TriggerFiring.Builder firing(FiringOutcome outcome) {
      return TriggerFiring.newBuilder()
          .setTrigger("nightly")
          .setRevision(2)
          .setCause(FiringCause.FIRING_CAUSE_SCHEDULE)
          .setDetail("2027-01-15T02:00:00+01:00")
          .setFiredAt(Timestamps.fromSeconds(1_800_000_000))
          .setOutcome(outcome);
    }

    @Override
    public void listTriggers(
        ListTriggersRequest request, StreamObserver<ListTriggersResponse> observer) {
      answer(observer, ListTriggersResponse.newBuilder().addTriggers(trigger).build());
    }

    @Override
    public void getTrigger(GetTriggerRequest request, StreamObserver<GetTriggerResponse> observer) {
      if (!request.getName().equals("nightly")) {
        observer.onError(Status.NOT_FOUND.withDescription("none").asRuntimeException());
        return;
      }
      answer(observer, GetTriggerResponse.newBuilder().setTrigger(trigger).build());
    }

    @Override
    public void listFirings(
        ListFiringsRequest request, StreamObserver<ListFiringsResponse> observer) {
      firings = request;
      answer(
          observer,
          ListFiringsResponse.newBuilder()
              .addFirings(
                  firing(FiringOutcome.FIRING_OUTCOME_LAUNCHED)
                      .setRunId("run-7")
                      .putParameters("rate", "0.1"))
              .addFirings(
                  firing(FiringOutcome.FIRING_OUTCOME_REFUSED)
                      .setFailure(
                          Failure.newBuilder()
                              .setCategory(FailureCategory.FAILURE_CATEGORY_USER)
                              .setType("INVALID_SPEC")
                              .setMessage(HOSTILE)))
              .addFirings(
                  firing(FiringOutcome.FIRING_OUTCOME_SKIPPED)
                      .setReason("an earlier run had not ended"))
              .setNextPageToken("f2")
              .build());
    }

    @Override
    public void listTriggerRevisions(
        ListTriggerRevisionsRequest request,
        StreamObserver<ListTriggerRevisionsResponse> observer) {
      revisions = request;
      answer(
          observer,
          ListTriggerRevisionsResponse.newBuilder()
              .addRevisions(trigger)
              .addRevisions(trigger.toBuilder().setRevision(1).clearChangedBy().clearChangedAt())
              .build());
    }

    @Override
    public void pauseTrigger(
        PauseTriggerRequest request, StreamObserver<PauseTriggerResponse> observer) {
      trigger =
          trigger.toBuilder()
              .setPause(
                  TriggerPause.newBuilder()
                      .setPausedBy(Caller.current().name())
                      .setReason(request.getReason()))
              .build();
      answer(observer, PauseTriggerResponse.newBuilder().setTrigger(trigger).build());
    }

    @Override
    public void resumeTrigger(
        ResumeTriggerRequest request, StreamObserver<ResumeTriggerResponse> observer) {
      trigger = trigger.toBuilder().clearPause().build();
      answer(observer, ResumeTriggerResponse.newBuilder().setTrigger(trigger).build());
    }

    @Override
    public void testTrigger(
        TestTriggerRequest request, StreamObserver<TestTriggerResponse> observer) {
      double rate = request.getPayload().getFieldsOrThrow("rate").getNumberValue();
      if (rate > 1) {
        observer.onError(
            Status.INVALID_ARGUMENT
                .withDescription("rate: " + rate + " (expected: <= 1)")
                .asRuntimeException());
        return;
      }
      answer(
          observer,
          TestTriggerResponse.newBuilder()
              .setSpec(ControlHarness.spec("nightly"))
              .putParameters("rate", Double.toString(rate))
              .setPlan(
                  Plan.newBuilder()
                      .addStages(
                          StagePlan.newBuilder()
                              .setStage(Stage.STAGE_INGEST)
                              .setReuse(StageReuse.STAGE_REUSE_HIT)
                              .setMadeByRunId("earlier-1")))
              .build());
    }

    @Override
    public void fireTrigger(
        FireTriggerRequest request, StreamObserver<FireTriggerResponse> observer) {
      fired.add(request);
      if (!refusal.isOk()) {
        observer.onError(refusal.asRuntimeException());
        return;
      }
      answer(
          observer,
          FireTriggerResponse.newBuilder()
              .setFiring(firing(FiringOutcome.FIRING_OUTCOME_LAUNCHED).setRunId("run-8"))
              .build());
    }

    private static <T> void answer(StreamObserver<T> observer, T response) {
      observer.onNext(response);
      observer.onCompleted();
    }
  }
}
