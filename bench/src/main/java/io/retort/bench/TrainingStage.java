package io.retort.bench;

import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import io.retort.run.StageOptions;
import io.retort.training.TrainerActivities;
import io.retort.v1.RunSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * {@code TrainingStage TEMPORAL_ADDRESS JOB.json}: runs one trainer job as a run does, with a
 * workflow and the stack's own driver. Prints the seconds from the start of the workflow to its
 * result, and the time at which the activity started, in seconds since the epoch.
 */
public final class TrainingStage {
  private static final String QUEUE = "bench-training-stage";

  public static void main(String[] arguments) throws IOException {
    TrainerJob.Builder job = TrainerJob.newBuilder();
    JsonFormat.parser().merge(Files.readString(Path.of(arguments[1])), job);
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(arguments[0]).build());
    WorkflowClient client = WorkflowClient.newInstance(stubs);
    WorkerFactory workers = WorkerFactory.newInstance(client);
    workers.newWorker(QUEUE).registerWorkflowImplementationTypes(StageWorkflowImpl.class);
    workers.start();
    try {
      WorkflowStub stage =
          client.newUntypedWorkflowStub(
              "StageWorkflow", WorkflowOptions.newBuilder().setTaskQueue(QUEUE).build());
      long began = System.nanoTime();
      String workflowId = stage.start(job.build()).getWorkflowId();
      TrainerResult result = stage.getResult(TrainerResult.class);
      double seconds = (System.nanoTime() - began) / 1e9;
      if (!result.hasTraining()) {
        throw new IllegalStateException("result: " + result + " (expected: of a training)");
      }
      System.out.printf(Locale.ROOT, "%.3f %.3f%n", seconds, activityStart(client, workflowId));
    } finally {
      workers.shutdownNow();
      stubs.shutdownNow();
    }
  }

  /** Start of its last attempt, in seconds since the epoch. */
  private static double activityStart(WorkflowClient client, String workflowId) {
    HistoryEvent started =
        client
            .streamHistory(workflowId)
            .filter(HistoryEvent::hasActivityTaskStartedEventAttributes)
            .findFirst()
            .orElseThrow();
    int attempt = started.getActivityTaskStartedEventAttributes().getAttempt();
    if (attempt != 1) {
      throw new IllegalStateException("attempt: " + attempt + " (expected: 1, undisturbed)");
    }
    return Timestamps.toMillis(started.getEventTime()) / 1e3;
  }

  /** A run that consists of one training. */
  @WorkflowInterface
  public interface StageWorkflow {
    @WorkflowMethod
    TrainerResult run(TrainerJob job);
  }

  /** Uses the options of every run's trainers. */
  public static final class StageWorkflowImpl implements StageWorkflow {
    @Override
    public TrainerResult run(TrainerJob job) {
      RunSpec spec =
          RunSpec.newBuilder()
              .setPriority(3)
              .setTeam("bench")
              .setResources(job.getResources())
              .build();
      return Workflow.newActivityStub(TrainerActivities.class, StageOptions.trainer(spec))
          .runTrainerJob(job);
    }
  }

  private TrainingStage() {}
}
