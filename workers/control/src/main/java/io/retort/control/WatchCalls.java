package io.retort.control;

import io.retort.trigger.WatchCheckWorkflow;
import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Asks pipeline workers, which alone see the locations that triggers watch. */
final class WatchCalls {
  private static final Duration LONGEST = Duration.ofSeconds(10);

  /** Empty if no worker answers in time. */
  static Function<CheckWatchedDataRequest, Optional<CheckWatchedDataResponse>> looks(
      Workflows workflows) {
    return request ->
        workflows.callBriefly(
            ShortCall.of(
                "watch-check", LONGEST, WatchCheckWorkflow.TYPE, request, "look at a location"),
            CheckWatchedDataResponse.class);
  }

  private WatchCalls() {}
}
