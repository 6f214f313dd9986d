package io.retort.plan;

import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.ExplainStagesRequest;
import io.retort.v1.ExplainStagesResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Activities of plans. They only read. */
@ActivityInterface
public interface PlanActivities {
  String CHECK_LOCATIONS = "CheckLocations";
  String EXPLAIN_STAGES = "ExplainStages";

  /**
   * Whether the locations that a spec names exist and are allowed. Reads no content, and asks no
   * hub. A location that cannot be looked up for another reason is no violation.
   */
  @ActivityMethod(name = CHECK_LOCATIONS)
  CheckLocationsResponse checkLocations(CheckLocationsRequest request);

  /**
   * Compares stages with earlier results. A candidate that cannot be read is left out.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM where the store does not answer
   */
  @ActivityMethod(name = EXPLAIN_STAGES)
  ExplainStagesResponse explainStages(ExplainStagesRequest request);
}
