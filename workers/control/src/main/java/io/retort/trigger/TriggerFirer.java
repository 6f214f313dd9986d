package io.retort.trigger;

import com.google.protobuf.Struct;
import io.retort.v1.FiringCause;
import io.retort.v1.TriggerFiring;

/** Launches the runs of triggers, once for each event. */
public interface TriggerFirer {
  /**
   * Launches the run of an event, unless the event has been fired before. While the trigger is
   * paused the firing is SKIPPED; a run that cannot be launched as it is asked for is REFUSED, with
   * the reason.
   *
   * @param trigger its name
   * @param payload of the event, from which the trigger's parameters take their values
   * @param event names the event, among those of its cause: the same one launches one run, whoever
   *     asks and however often. 1 to 300 characters
   * @param detail for people: who called, which time, which files
   * @return the firing as it is recorded; LAUNCHED, REFUSED or SKIPPED
   * @throws io.grpc.StatusRuntimeException NOT_FOUND if there is no such trigger; UNAVAILABLE,
   *     DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION and DATA_LOSS where the store or
   *     Temporal does not do its part: the same call may succeed later
   */
  TriggerFiring fire(
      String trigger, Struct payload, String event, FiringCause cause, String detail);
}
