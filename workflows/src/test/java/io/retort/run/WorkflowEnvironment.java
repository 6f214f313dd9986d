package io.retort.run;

import io.retort.activity.TaskQueues;
import io.retort.lane.LaneWorkflowImpl;
import io.retort.plan.AdmissionWorkflowImpl;
import io.retort.plan.PlanWorkflowImpl;
import io.retort.rows.RowStageWorkflowImpl;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CurationSpec;
import io.retort.v1.DataSource;
import io.retort.v1.DataSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.LastStage;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.StudentSpec;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;

/** An in-memory Temporal with time skipping that hosts every workflow and the fake activities. */
public final class WorkflowEnvironment implements AutoCloseable {
  public static final String RUN_ID = "demo-20260101-abcdef";

  public final FakeActivities activities = new FakeActivities();
  final FakeLanes lanes;
  private final TestWorkflowEnvironment environment;

  public WorkflowEnvironment() {
    this(WorkerFactoryOptions.getDefaultInstance());
  }

  public WorkflowEnvironment(WorkerFactoryOptions workers) {
    environment =
        TestWorkflowEnvironment.newInstance(
            TestEnvironmentOptions.newBuilder()
                .setWorkerFactoryOptions(workers)
                .registerSearchAttribute("RetortPhase", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute("RetortStage", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                    "RetortDataset", IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                .registerSearchAttribute(
                    "RetortProgress", IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE)
                .build());
    lanes = new FakeLanes(environment.getWorkflowClient());
    Worker runs =
        environment.newWorker(
            TaskQueues.RUNS, WorkerOptions.newBuilder().setLocalActivityWorkerOnly(true).build());
    runs.registerWorkflowImplementationTypes(
        RunWorkflowImpl.class,
        RunWorkflowV1Impl.class,
        RowStageWorkflowImpl.class,
        PlanWorkflowImpl.class,
        AdmissionWorkflowImpl.class,
        LaneWorkflowImpl.class);
    runs.registerActivitiesImplementations(activities);
    // A cancellation reaches an activity with the next heartbeat that it sends.
    WorkerOptions options =
        WorkerOptions.newBuilder().setMaxHeartbeatThrottleInterval(Duration.ofMillis(100)).build();
    environment
        .newWorker(TaskQueues.PIPELINE, options)
        .registerActivitiesImplementations(activities, lanes);
    environment.newWorker(TaskQueues.GPU, options).registerActivitiesImplementations(activities);
    environment.start();
  }

  public WorkflowClient client() {
    return environment.getWorkflowClient();
  }

  public TestWorkflowEnvironment environment() {
    return environment;
  }

  public RunWorkflow newRun() {
    return newRun(RUN_ID);
  }

  public RunWorkflow newRun(String runId) {
    return client()
        .newWorkflowStub(
            RunWorkflow.class,
            WorkflowOptions.newBuilder()
                .setWorkflowId(runId)
                .setTaskQueue(TaskQueues.RUNS)
                .build());
  }

  public static RunRequest request() {
    return request(RUN_ID);
  }

  public static RunRequest request(String runId) {
    return RunRequest.newBuilder()
        .setRunId(runId)
        .setStoreUri("file:///store")
        .setSpec(
            RunSpec.newBuilder()
                .setName("demo")
                .setSeed(7)
                .setPatienceSeconds(86_400)
                .setLastStage(LastStage.LAST_STAGE_RELEASE)
                .setStudent(
                    StudentSpec.newBuilder().setModel("file:///models/student").setMaxLength(128))
                .setData(
                    DataSpec.newBuilder()
                        .setShardRows(10)
                        .addTrain(DataSource.newBuilder().setPath("file:///data/train.jsonl")))
                .setCuration(CurationSpec.newBuilder().setShardsInFlight(2))
                .setEvaluation(
                    EvaluationSpec.newBuilder()
                        .addBenchmarks(
                            BenchmarkSpec.newBuilder()
                                .setName("unseen")
                                .setSamples(4)
                                .setSource(
                                    DataSource.newBuilder().setPath("file:///data/eval.jsonl"))))
                .setResources(
                    ResourceSpec.newBuilder()
                        .setWaitingDeadlineSeconds(60)
                        .setActiveDeadlineSeconds(3600)))
        .build();
  }

  @Override
  public void close() {
    environment.close();
  }
}
