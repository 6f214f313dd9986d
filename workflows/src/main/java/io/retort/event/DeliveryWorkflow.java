package io.retort.event;

import io.retort.v1.DeliveryInput;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * Delivers one event to one subscription: attempts until the receiver has it, or for three days.
 */
@WorkflowInterface
public interface DeliveryWorkflow {
  String TYPE = "Delivery";
  String DELIVER_NOW = "deliverNow";

  /** The same event is delivered to a subscription by one workflow. */
  static String id(DeliveryInput input) {
    String uid = input.getSubscriptionUid();
    return "delivery/"
        + input.getSubscription()
        + (uid.isEmpty() ? "/" : "/" + uid + "/")
        + input.getEventId();
  }

  @WorkflowMethod(name = TYPE)
  void run(DeliveryInput input);

  /** Attempts at once, and then as often as at first. */
  @SignalMethod(name = DELIVER_NOW)
  void deliverNow();
}
