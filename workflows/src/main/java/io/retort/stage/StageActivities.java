package io.retort.stage;

import io.retort.v1.FindStageRequest;
import io.retort.v1.FindStageResponse;
import io.retort.v1.PublishStageRequest;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Results of stages in the store, by fingerprint. At-least-once and idempotent. */
@ActivityInterface
public interface StageActivities {
  String FIND_STAGE = "FindStage";
  String PUBLISH_STAGE = "PublishStage";

  /**
   * Looks for the result of a stage. There is one only where every object that it names is there:
   * small ones with their bytes, large ones with their size, whose bytes are checked by whoever
   * reads them. Heartbeats.
   */
  @ActivityMethod(name = FIND_STAGE)
  FindStageResponse findStage(FindStageRequest request);

  /**
   * Writes {@code stages/<fingerprint>.json} with the digests of all objects that the artifacts
   * name. Of two runs that publish the same fingerprint the later one stands; both are whole.
   * Heartbeats.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/CORRUPT_ARTIFACT where an object is
   *     missing or has other bytes than its manifest says
   */
  @ActivityMethod(name = PUBLISH_STAGE)
  void publishStage(PublishStageRequest request);
}
