package io.retort.run;

import io.retort.v1.RecordRunRequest;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Keeps the durable record of a run. At-least-once and idempotent. */
@ActivityInterface
public interface RunRecordActivities {
  String RECORD_RUN = "RecordRun";

  /**
   * Hands over the events to their deliveries, replaces {@code runs/<run>/run.json} and writes
   * {@code spec.json}.
   */
  @ActivityMethod(name = RECORD_RUN)
  void recordRun(RecordRunRequest request);
}
