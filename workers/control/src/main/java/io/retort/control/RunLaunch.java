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
 * @param sent by which a repeated request is known
 */
record RunLaunch(
    RunSpec asked,
    String requestId,
    String originRunId,
    List<Stage> fresh,
    boolean rescores,
    String lane,
    RunTags tags,
    SentRequest sent) {
  RunLaunch {
    fresh = List.copyOf(fresh);
  }

  /** A launch of which a repeated one is known by what it resolves to. */
  RunLaunch(
      RunSpec asked,
      String requestId,
      String originRunId,
      List<Stage> fresh,
      boolean rescores,
      String lane,
      RunTags tags) {
    this(asked, requestId, originRunId, fresh, rescores, lane, tags, SentRequest.NONE);
  }
}
