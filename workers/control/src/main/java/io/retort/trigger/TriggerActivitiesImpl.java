package io.retort.trigger;

import com.google.protobuf.Struct;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.failure.Failures;
import io.retort.v1.FireScheduledRequest;
import io.retort.v1.FireScheduledResponse;
import io.retort.v1.FiringCause;

/** Fires triggers for workflows. */
final class TriggerActivitiesImpl implements TriggerActivities {
  private final TriggerFirer firer;

  TriggerActivitiesImpl(TriggerFirer firer) {
    this.firer = firer;
  }

  @Override
  public FireScheduledResponse fireScheduled(FireScheduledRequest request) {
    String prefix = ScheduledTriggerWorkflow.scheduleId(request.getTrigger()) + "-";
    String time =
        request.getWorkflowId().startsWith(prefix)
            ? request.getWorkflowId().substring(prefix.length())
            : request.getWorkflowId();
    try {
      return FireScheduledResponse.newBuilder()
          .setFiring(
              firer.fire(
                  request.getTrigger(),
                  Struct.getDefaultInstance(),
                  "schedule-" + time,
                  FiringCause.FIRING_CAUSE_SCHEDULE,
                  "of " + time))
          .build();
    } catch (StatusRuntimeException e) {
      String message = String.valueOf(e.getStatus().getDescription());
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        throw Failures.user("TRIGGER_NOT_FOUND", message);
      }
      throw Failures.platform("LAUNCH", message, e);
    }
  }
}
