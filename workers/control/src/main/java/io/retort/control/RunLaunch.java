package io.retort.control;

import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.util.List;

/**
 * A run that somebody asks for.
 *
 * @param asked the spec without defaults
 * @param requestId empty: never deduplicated
 * @param originRunId the run that it is a retrain of; empty for none
 * @param fresh stages to run again even if the store has their results
 * @param rescores whether the origin's completions are graded anew, and none is generated
 * @param lane where it waits for its turn; empty: it starts at once
 */
record RunLaunch(
    RunSpec asked,
    String requestId,
    String originRunId,
    List<Stage> fresh,
    boolean rescores,
    String lane,
    RunTags tags) {
  RunLaunch {
    fresh = List.copyOf(fresh);
  }
}
