package io.retort.control;

import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.release.ComparisonWorkflow;
import io.retort.v1.CompareReportsRequest;
import io.retort.v1.CompareReportsResponse;

/** Names an object that the test has written; refuses a run called "unreadable-1". */
public final class StubComparisonWorkflow implements ComparisonWorkflow {
  @Override
  public CompareReportsResponse run(CompareReportsRequest request) {
    if (request.getRunIdsList().contains("unreadable-1")) {
      throw Failures.user("RUN_NOT_RECORDED", "run unreadable-1: no run.json (expected: one)");
    }
    return CompareReportsResponse.newBuilder()
        .setReportUri(
            RunLayout.comparison(request.getStoreUri(), String.join("+", request.getRunIdsList())))
        .build();
  }
}
