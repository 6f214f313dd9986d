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
   * Looks up the result of a stage. A result is found only if all objects that it names exist.
   * Small objects are compared by content and large ones by size; readers verify the bytes of large
   * ones. Heartbeats.
   */
  @ActivityMethod(name = FIND_STAGE)
  FindStageResponse findStage(FindStageRequest request);

  /**
   * Writes {@code stages/<fingerprint>.json} with the digests of all objects that the artifacts
   * name. If two runs publish the same fingerprint, the later result replaces the earlier one; both
   * are complete. Heartbeats.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/CORRUPT_ARTIFACT where an object is
   *     missing or has other bytes than its manifest says
   */
  @ActivityMethod(name = PUBLISH_STAGE)
  void publishStage(PublishStageRequest request);
}
