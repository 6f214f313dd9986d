package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.activity.TaskQueues;
import io.retort.lane.LaneWorkflow;
import io.retort.lane.LaneWorkflowImpl;
import io.retort.v1.Lane;
import io.retort.v1.LanePolicy;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Lanes and {@link HeldRun}s on an in-memory Temporal. */
final class LaneHarness implements AutoCloseable, HeldRun.Occupancy {
  static final String LANE = "nightly";

  /** Runs in the order in which they received their slots. */
  final List<String> admitted = new CopyOnWriteArrayList<>();

  /** Runs that had a slot together with as many others as they ever had. */
  volatile int mostAtOnce;

  private final Set<String> occupied = ConcurrentHashMap.newKeySet();
  private final TestWorkflowEnvironment environment;
  private final FakeLanes lanes;
  private final int cachedWorkflows;
  private final WorkerFactory workers;

  /**
   * @param cachedWorkflows 0: workers replay a workflow for each of its tasks
   */
  LaneHarness(int cachedWorkflows) {
    this.cachedWorkflows = cachedWorkflows;
    environment =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setUseTimeskipping(false)
                .registerSearchAttribute("RetortPhase", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                    "RetortProgress", IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE)
                .build());
    lanes = new FakeLanes(client());
    workers = startWorkers();
  }

  WorkflowClient client() {
    return environment.getWorkflowClient();
  }

  private WorkerFactory startWorkers() {
    WorkerFactory factory =
        WorkerFactory.newInstance(
            client(),
            WorkerFactoryOptions.newBuilder().setWorkflowCacheSize(cachedWorkflows).build());
    factory
        .newWorker(TaskQueues.RUNS)
        .registerWorkflowImplementationTypes(LaneWorkflowImpl.class, HeldRunImpl.class);
    factory.newWorker(TaskQueues.PIPELINE).registerActivitiesImplementations(this, lanes);
    factory.start();
    return factory;
  }

  void set(LanePolicy policy, int parallelism) {
    lanes.set(LANE, policy, parallelism);
  }

  void start(String runId) {
    RunRequest request = RunRequest.newBuilder().setRunId(runId).setLane(LANE).build();
    WorkflowClient.start(
        client()
                .newWorkflowStub(
                    HeldRun.class,
                    WorkflowOptions.newBuilder()
                        .setWorkflowId(runId)
                        .setTaskQueue(TaskQueues.RUNS)
                        .build())
            ::run,
        request);
  }

  /** Starts runs whose order the lane knows. */
  void startInOrder(String... runIds) {
    for (String runId : runIds) {
      start(runId);
      await(() -> isKnown(runId));
    }
  }

  void end(String runId, RunPhase phase) {
    client().newWorkflowStub(HeldRun.class, runId).end(phase);
  }

  void succeed(String runId) {
    end(runId, RunPhase.RUN_PHASE_SUCCEEDED);
  }

  void cancel(String runId) {
    client().newUntypedWorkflowStub(runId).cancel();
  }

  void terminate(String runId) {
    client().newUntypedWorkflowStub(runId).terminate("killed by the test");
    occupied.remove(runId);
  }

  Run run(String runId) {
    return client().newWorkflowStub(HeldRun.class, runId).getRun();
  }

  Lane state() {
    return client().newWorkflowStub(LaneWorkflow.class, LaneWorkflow.id(LANE)).state();
  }

  boolean isAdmitted(String runId) {
    return admitted.contains(runId);
  }

  void awaitAdmitted(String runId) {
    await(() -> isAdmitted(runId));
  }

  void awaitPhase(String runId, RunPhase phase) {
    await(() -> run(runId).getPhase() == phase);
  }

  boolean isOpen(String runId) {
    return lanes.isOpen(runId);
  }

  /** Whether the lane has the run, or has finished with it. */
  private boolean isKnown(String runId) {
    Lane lane = state();
    return lane.getWaitingList().stream().anyMatch(run -> run.getRunId().equals(runId))
        || lane.getHoldersList().stream().anyMatch(run -> run.getRunId().equals(runId))
        || !isOpen(runId);
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("a minute has passed").isLessThan(deadline);
      try {
        TimeUnit.MILLISECONDS.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public synchronized void occupy(String runId) {
    if (occupied.add(runId)) {
      admitted.add(runId);
      mostAtOnce = Math.max(mostAtOnce, occupied.size());
    }
  }

  @Override
  public void vacate(String runId) {
    occupied.remove(runId);
  }

  @Override
  public void close() {
    workers.shutdownNow();
    environment.close();
  }
}
