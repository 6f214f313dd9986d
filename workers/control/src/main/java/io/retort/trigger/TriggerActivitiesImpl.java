package io.retort.trigger;

import com.google.protobuf.Struct;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.failure.Failures;
import io.retort.store.StoreFailures;
import io.retort.v1.FireScheduledRequest;
import io.retort.v1.FireScheduledResponse;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.FireWatchedResponse;
import io.retort.v1.FiringCause;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;

/** Fires triggers for workflows. */
final class TriggerActivitiesImpl implements TriggerActivities {
  private final TriggerFirer firer;
  private final WatchFirings watches;

  TriggerActivitiesImpl(TriggerFirer firer, WatchFirings watches) {
    this.firer = firer;
    this.watches = watches;
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
      throw failure(e);
    }
  }

  @Override
  public FireWatchedResponse fireWatched(FireWatchedRequest request) {
    try {
      return watches.fire(request);
    } catch (StatusRuntimeException e) {
      throw failure(e);
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private static ApplicationFailure failure(StatusRuntimeException thrown) {
    String message = String.valueOf(thrown.getStatus().getDescription());
    return thrown.getStatus().getCode() == Status.Code.NOT_FOUND
        ? Failures.user(TRIGGER_NOT_FOUND, message)
        : Failures.platform("LAUNCH", message, thrown);
  }
}
