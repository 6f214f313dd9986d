package io.retort.trigger;

import io.retort.v1.FireScheduledRequest;
import io.retort.v1.FireScheduledResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** What workflows ask of the control plane. At-least-once and idempotent. */
@ActivityInterface
public interface TriggerActivities {
  String FIRE_SCHEDULED = "FireScheduledTrigger";

  /**
   * Fires a trigger at a time of its schedule; the same workflow fires once. A firing that is
   * refused or skipped is a result. Fails with USER/TRIGGER_NOT_FOUND for a trigger that is
   * deleted.
   */
  @ActivityMethod(name = FIRE_SCHEDULED)
  FireScheduledResponse fireScheduled(FireScheduledRequest request);
}
