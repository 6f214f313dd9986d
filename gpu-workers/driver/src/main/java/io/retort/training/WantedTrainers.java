package io.retort.training;

import io.retort.v1.TrainerHeartbeat;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.common.converter.DataConverter;
import java.util.Optional;
import java.util.function.Predicate;

/** Finds out, from Temporal's server, whether anything waits for a trainer. */
public final class WantedTrainers {
  /** Whether it is known that nothing waits for the trainer with a name. */
  public static Predicate<String> isUnwanted(WorkflowClient client) {
    DataConverter converter = client.getOptions().getDataConverter();
    return name -> {
      try {
        String workflowId = name.substring(0, name.indexOf('/'));
        return isUnwanted(
            name,
            client.newUntypedWorkflowStub(workflowId).describe().getRawDescription(),
            converter);
      } catch (WorkflowNotFoundException e) {
        return false;
      }
    };
  }

  static boolean isUnwanted(
      String name, DescribeWorkflowExecutionResponse run, DataConverter converter) {
    return run.getWorkflowExecutionInfo().getStatus()
            != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        || run.getPendingActivitiesList().stream()
            .filter(
                activity ->
                    activity.getActivityType().getName().equals(TrainerActivities.RUN_TRAINER_JOB))
            .allMatch(activity -> isOfAnother(name, activity, converter));
  }

  /**
   * Whether the attempt belongs to another trainer. An attempt that has not reported its trainer
   * yet may be about to take this one.
   */
  private static boolean isOfAnother(
      String name, PendingActivityInfo activity, DataConverter converter) {
    if (!activity.hasHeartbeatDetails()) {
      return false;
    }
    TrainerHeartbeat details =
        converter.fromPayloads(
            0,
            Optional.of(activity.getHeartbeatDetails()),
            TrainerHeartbeat.class,
            TrainerHeartbeat.class);
    return !details.getActorName().equals(name);
  }

  private WantedTrainers() {}
}
