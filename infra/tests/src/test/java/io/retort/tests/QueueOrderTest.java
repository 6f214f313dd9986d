package io.retort.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.run.StageOptions;
import io.retort.training.TrainerActivities;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The order in which the stack's Temporal server assigns waiting trainers to one slot. */
@Timeout(120)
@ExtendWith(SharedStack.Resolver.class)
final class QueueOrderTest {
  private static final int URGENT = 1;
  private static final int USUAL = 3;
  private static final int MANY = 20;
  private static final long LOOK_MILLIS = 100;

  private final List<String> served = Collections.synchronizedList(new ArrayList<>());
  private final List<WorkflowStub> queued = new ArrayList<>();
  private final WorkflowServiceStubs stubs;
  private final WorkflowClient client;
  private final WorkerFactory workers;

  QueueOrderTest(SharedStack shared) {
    stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder()
                .setTarget(shared.stack().state().temporalAddress())
                .build());
    client = WorkflowClient.newInstance(stubs);
    workers = WorkerFactory.newInstance(client);
  }

  @AfterEach
  void stop() {
    workers.shutdownNow();
    stubs.shutdownNow();
  }

  @Test
  void manyRunsOfOneTeamDoNotStarveTheOneOfAnother() throws Exception {
    start("fairness");
    for (int i = 0; i < MANY; i++) {
      queue("fairness", "a", USUAL);
    }
    queue("fairness", "b", USUAL);

    serve("fairness");

    assertThat(served).hasSize(MANY + 1);
    // Teams alternate; the server chooses the first one.
    assertThat(served.subList(0, 2)).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void theUrgentGoFirst() throws Exception {
    start("priority");
    for (int i = 0; i < MANY; i++) {
      queue("priority", "a", USUAL);
    }
    queue("priority", "urgent", URGENT);

    serve("priority");

    assertThat(served).hasSize(MANY + 1).first().isEqualTo("urgent");
  }

  private void start(String queue) {
    workers
        .newWorker(runs(queue))
        .registerWorkflowImplementationTypes(OneTrainerWorkflowImpl.class);
    workers.start();
  }

  private void queue(String queue, String team, int priority) {
    WorkflowStub run =
        client.newUntypedWorkflowStub(
            "OneTrainerWorkflow", WorkflowOptions.newBuilder().setTaskQueue(runs(queue)).build());
    run.start(queue, team, priority);
    queued.add(run);
  }

  /** Opens one slot once every trainer is in the queue. */
  private void serve(String queue) throws InterruptedException {
    while (waiting(queue) < queued.size()) {
      Thread.sleep(LOOK_MILLIS);
    }
    WorkerFactory driver = WorkerFactory.newInstance(client);
    driver
        .newWorker(
            queue,
            WorkerOptions.newBuilder()
                .setMaxConcurrentActivityExecutionSize(1)
                .setMaxConcurrentActivityTaskPollers(1)
                .build())
        .registerActivitiesImplementations(new Recorder());
    driver.start();
    for (WorkflowStub run : queued) {
      run.getResult(Void.class);
    }
    driver.shutdownNow();
  }

  private long waiting(String queue) {
    return stubs
        .blockingStub()
        .describeTaskQueue(
            DescribeTaskQueueRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setTaskQueue(TaskQueue.newBuilder().setName(queue))
                .setTaskQueueType(TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
                .setReportStats(true)
                .build())
        .getStats()
        .getApproximateBacklogCount();
  }

  private static String runs(String queue) {
    return queue + "-runs";
  }

  private final class Recorder implements TrainerActivities {
    @Override
    public TrainerResult runTrainerJob(TrainerJob job) {
      served.add(job.getRunId());
      return TrainerResult.getDefaultInstance();
    }
  }

  /** A run that consists of one trainer. */
  @WorkflowInterface
  public interface OneTrainerWorkflow {
    @WorkflowMethod
    void run(String queue, String team, int priority);
  }

  /** Uses the options of every run's trainers except the queue, which the driver serves. */
  public static final class OneTrainerWorkflowImpl implements OneTrainerWorkflow {
    @Override
    public void run(String queue, String team, int priority) {
      RunSpec spec =
          RunSpec.newBuilder()
              .setTeam(team)
              .setPriority(priority)
              .setResources(
                  ResourceSpec.newBuilder()
                      .setWaitingDeadlineSeconds(60)
                      .setActiveDeadlineSeconds(60))
              .build();
      ActivityOptions options =
          ActivityOptions.newBuilder(StageOptions.trainer(spec)).setTaskQueue(queue).build();
      TrainerResult unused =
          Workflow.newActivityStub(TrainerActivities.class, options)
              .runTrainerJob(TrainerJob.newBuilder().setRunId(team).build());
    }
  }
}
