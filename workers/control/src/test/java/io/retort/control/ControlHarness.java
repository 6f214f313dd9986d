package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Context;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.AbstractStub;
import io.retort.activity.TaskQueues;
import io.retort.enums.RunPhases;
import io.retort.event.DeliveryWorkflowImpl;
import io.retort.lane.LaneClient;
import io.retort.lane.LaneWorkflow;
import io.retort.lane.LaneWorkflowImpl;
import io.retort.run.RunSearchAttributes;
import io.retort.spec.SpecException;
import io.retort.spec.SpecReader;
import io.retort.trigger.ScheduledTriggerWorkflowImpl;
import io.retort.trigger.WatchCheckWorkflowImpl;
import io.retort.trigger.WatchedTriggerWorkflowImpl;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.GetLaneRequest;
import io.retort.v1.GetRunRequest;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneEntry;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneOutcome;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneRun;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import io.retort.v1.SetLaneRequest;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import io.retort.worker.Environment;
import io.retort.worker.MetricsServer;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The real server over loopback, on an in-memory Temporal with stub workflows. */
final class ControlHarness implements AutoCloseable {
  static final String STUDENT = "/models/smol";

  final StubActivities activities = new StubActivities();
  final StubWatches watches;
  final FakeVisibility visibility;
  final TemporalRefusals refusals = new TemporalRefusals();
  final FakeSchedules schedules = new FakeSchedules();
  final MetricsServer metrics;
  final RunServiceGrpc.RunServiceBlockingStub api;
  final String storeUri;

  private final TestWorkflowEnvironment temporal;
  private final ControlServer server;

  ControlHarness(Path store) {
    this(store, Deadlines.DEFAULT);
  }

  ControlHarness(Path store, Deadlines deadlines) {
    this(store, deadlines, Map.of());
  }

  /**
   * @param variables of the environment, besides those that every control plane needs
   */
  ControlHarness(Path store, Deadlines deadlines, Map<String, String> variables) {
    this(store, deadlines, variables, new FakeVisibility(), Duration.ofMillis(20));
  }

  /**
   * @param visibility also answers the first refresh of the index, which starts with the server
   * @param watchPeriod of watches and of the index
   */
  ControlHarness(
      Path store,
      Deadlines deadlines,
      Map<String, String> variables,
      FakeVisibility visibility,
      Duration watchPeriod) {
    this.visibility = visibility;
    storeUri = "file://" + store.toAbsolutePath();
    watches = new StubWatches(storeUri);
    temporal =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setUseTimeskipping(false)
                .setWorkflowServiceStubsOptions(
                    WorkflowServiceStubsOptions.newBuilder()
                        .setGrpcClientInterceptors(List.of(schedules, visibility, refusals))
                        .build())
                .registerSearchAttribute(
                    RunSearchAttributes.PHASE.getName(),
                    IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                    RunSearchAttributes.STAGE.getName(),
                    IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                    RunSearchAttributes.STUDENT.getName(),
                    IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                    RunSearchAttributes.TEAM.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                    RunSearchAttributes.PROGRESS.getName(),
                    IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE)
                .build());
    Worker worker = temporal.newWorker(TaskQueues.RUNS);
    worker.registerWorkflowImplementationTypes(
        StubRunWorkflow.class,
        StubRowStageWorkflow.class,
        StubComparisonWorkflow.class,
        StubPlanWorkflow.class,
        StubAdmissionWorkflow.class,
        LaneWorkflowImpl.class,
        ScheduledTriggerWorkflowImpl.class,
        WatchedTriggerWorkflowImpl.class,
        WatchCheckWorkflowImpl.class,
        DeliveryWorkflowImpl.class);
    worker.registerActivitiesImplementations(activities, watches);
    temporal.newWorker(TaskQueues.PIPELINE).registerActivitiesImplementations(watches);
    temporal.start();
    Map<String, String> complete = new HashMap<>(variables);
    complete.put("RETORT_STORE", storeUri);
    complete.put("RETORT_PORT", "0");
    complete.put("RETORT_STUDENT_MODEL", STUDENT);
    Environment environment = new Environment(complete);
    metrics = MetricsServer.start(environment);
    server =
        ControlServer.start(
            environment, temporal.getWorkflowClient(), metrics, watchPeriod, deadlines);
    api = client(RunServiceGrpc.RunServiceBlockingStub.class);
  }

  <T extends AbstractStub<T>> T client(Class<T> type) {
    return GrpcClients.builder("gproto+http://127.0.0.1:" + server.port())
        .responseTimeout(Duration.ofSeconds(60))
        .build(type);
  }

  /** Of gRPC and HTTP. */
  int port() {
    return server.port();
  }

  List<ServerServiceDefinition> services() {
    return server.services();
  }

  int watchedRuns() {
    return server.watchedRuns();
  }

  /** Address of the pages, without a slash at the end. */
  String address() {
    return "http://127.0.0.1:" + server.port();
  }

  WorkflowClient temporal() {
    return temporal.getWorkflowClient();
  }

  /** A valid spec whose name selects the behaviour of the stub workflow. */
  static RunSpec spec(String name) {
    try {
      return SpecReader.read("name: " + name + "\ndata: {train: [{path: /a.jsonl}]}");
    } catch (SpecException e) {
      throw new IllegalStateException(e);
    }
  }

  Run create(String name) {
    return api.createRun(CreateRunRequest.newBuilder().setSpec(spec(name)).build()).getRun();
  }

  Run get(String runId) {
    return api.getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }

  /** Watches until the condition holds; fails if the stream ends before. */
  Run watchUntil(String runId, Predicate<Run> wanted) {
    Iterator<WatchRunResponse> responses =
        api.watchRun(WatchRunRequest.newBuilder().setRunId(runId).build());
    Run last = Run.getDefaultInstance();
    while (responses.hasNext()) {
      last = responses.next().getRun();
      if (wanted.test(last)) {
        return last;
      }
    }
    throw new AssertionError("the stream has ended with " + last);
  }

  Run awaitEnd(String runId) {
    return watchUntil(runId, run -> RunPhases.isTerminal(run.getPhase()));
  }

  /** Waits until lists show the run, which the index finds in Temporal or later in the store. */
  void awaitListed(String runId, RunPhase phase) {
    awaitListed(api, runId, phase);
  }

  /** Waits until lists show the run to this client. */
  static void awaitListed(RunServiceGrpc.RunServiceBlockingStub api, String runId, RunPhase phase) {
    Context.CancellableContext context = Context.current().withCancellation();
    Context before = context.attach();
    try {
      Iterator<WatchRunsResponse> watch =
          api.watchRuns(WatchRunsRequest.newBuilder().setPageSize(1000).build());
      boolean listed = false;
      while (!listed) {
        listed =
            watch.next().getRunsList().stream()
                .anyMatch(run -> run.getRunId().equals(runId) && run.getPhase() == phase);
      }
    } finally {
      context.detach(before);
      context.cancel(null);
    }
  }

  /** Makes a lane that a failed run blocks, and returns the run's id. */
  String blockLane(String name) {
    LaneServiceGrpc.LaneServiceBlockingStub lanes =
        client(LaneServiceGrpc.LaneServiceBlockingStub.class);
    LaneConfig config =
        lanes
            .setLane(
                SetLaneRequest.newBuilder()
                    .setName(name)
                    .setPolicy(LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL)
                    .build())
            .getConfig();
    String runId = create("waits").getRunId();
    new LaneClient(temporal(), Duration.ofSeconds(10))
        .enter(LaneEntry.newBuilder().setConfig(config).setRunId(runId).build());
    GetLaneRequest get = GetLaneRequest.newBuilder().setName(name).build();
    assertThat(lanes.getLane(get).getLane().getHoldersList())
        .extracting(LaneRun::getRunId)
        .containsExactly(runId);
    temporal()
        .newWorkflowStub(LaneWorkflow.class, LaneWorkflow.id(name))
        .leave(
            LaneExit.newBuilder()
                .setRunId(runId)
                .setOutcome(LaneOutcome.LANE_OUTCOME_FAILED)
                .build());
    assertThat(lanes.getLane(get).getLane().getBlock().getRunId()).isEqualTo(runId);
    return runId;
  }

  /** Stops all workers, so that nothing can answer a query. */
  void stopWorkers() {
    activities.letEnd();
    temporal.getWorkerFactory().shutdownNow();
    temporal.getWorkerFactory().awaitTermination(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    activities.letEnd();
    server.close();
    metrics.close();
    temporal.close();
  }
}
