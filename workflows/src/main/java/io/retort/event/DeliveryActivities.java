package io.retort.event;

import io.retort.v1.DeliverEventRequest;
import io.retort.v1.DeliverEventResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Calls to receivers, in the control plane alone. At-least-once. */
@ActivityInterface
public interface DeliveryActivities {
  String DELIVER_EVENT = "DeliverEvent";

  /**
   * Attempts a delivery once and records the attempt. Fails only if it could not be attempted,
   * because the store is unavailable for example.
   */
  @ActivityMethod(name = DELIVER_EVENT)
  DeliverEventResponse deliverEvent(DeliverEventRequest request);
}
