package io.retort.trigger;

import io.retort.v1.FireScheduledRequest;
import io.retort.v1.FireScheduledResponse;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.FireWatchedResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** What workflows ask of the control plane. At-least-once and idempotent. */
@ActivityInterface
public interface TriggerActivities {
  String FIRE_SCHEDULED = "FireScheduledTrigger";
  String FIRE_WATCHED = "FireWatchedTrigger";
  String TRIGGER_NOT_FOUND = "TRIGGER_NOT_FOUND";

  /**
   * Fires a trigger at a time of its schedule; the same workflow fires once. A firing that is
   * refused or skipped is a result. Fails with USER/TRIGGER_NOT_FOUND for a trigger that is
   * deleted.
   */
  @ActivityMethod(name = FIRE_SCHEDULED)
  FireScheduledResponse fireScheduled(FireScheduledRequest request);

  /**
   * Fires a trigger for new files; the same files of a watch fire once. A firing that is refused or
   * skipped is a result. Fires nothing while the trigger is paused, or if it watches something else
   * by now. Fails with USER/TRIGGER_NOT_FOUND for a trigger that is deleted.
   */
  @ActivityMethod(name = FIRE_WATCHED)
  FireWatchedResponse fireWatched(FireWatchedRequest request);
}
