package io.retort.training;

import io.retort.v1.ResourceSpec;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Checks of the cluster before a run is paid for. */
@ActivityInterface
public interface ResourceActivities {
  String CHECK_RESOURCES = "CheckResources";

  /**
   * Returns if the cluster's nodes could hold the ranks of a training when idle, or if that is
   * unknown.
   *
   * @throws io.temporal.failure.ApplicationFailure RESOURCE/INFEASIBLE
   */
  @ActivityMethod(name = CHECK_RESOURCES)
  void checkResources(ResourceSpec resources);
}
