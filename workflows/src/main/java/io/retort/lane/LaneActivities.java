package io.retort.lane;

import io.retort.v1.EnterLaneRequest;
import io.retort.v1.FindEndedRunsRequest;
import io.retort.v1.FindEndedRunsResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** What lanes and their runs ask of Temporal and of the store. At-least-once and idempotent. */
@ActivityInterface
public interface LaneActivities {
  String ENTER_LANE = "EnterLane";
  String FIND_ENDED_RUNS = "FindEndedRuns";

  /**
   * Asks a lane for a slot, and starts its workflow if it has none. Fails with USER/LANE_NOT_FOUND
   * for a lane that nobody has set.
   */
  @ActivityMethod(name = ENTER_LANE)
  void enterLane(EnterLaneRequest request);

  /** Which runs have ended, also those that were terminated, timed out or deleted. */
  @ActivityMethod(name = FIND_ENDED_RUNS)
  FindEndedRunsResponse findEndedRuns(FindEndedRunsRequest request);
}
