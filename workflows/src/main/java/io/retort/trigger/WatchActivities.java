package io.retort.trigger;

import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.retort.v1.LookAtWatchedDataRequest;
import io.retort.v1.LookAtWatchedDataResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Looks at watched locations, where the data of runs are read. At-least-once and idempotent. */
@ActivityInterface
public interface WatchActivities {
  String LOOK_AT_WATCHED_DATA = "LookAtWatchedData";
  String CHECK_WATCHED_DATA = "CheckWatchedData";

  /**
   * Lists a location and compares it with the files that do not count as new. The first look
   * decides which these are. Expected new files are stored under their digest. Fails with USER for
   * a location that may not be watched, is not there, or has too many files.
   */
  @ActivityMethod(name = LOOK_AT_WATCHED_DATA)
  LookAtWatchedDataResponse lookAtWatchedData(LookAtWatchedDataRequest request);

  /** Whether a location may be watched, and the first files that are there. Stores nothing. */
  @ActivityMethod(name = CHECK_WATCHED_DATA)
  CheckWatchedDataResponse checkWatchedData(CheckWatchedDataRequest request);
}
