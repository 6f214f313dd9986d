package io.retort.release;

import io.retort.v1.CompareReportsRequest;
import io.retort.v1.CompareReportsResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/** Reports of several runs. */
@ActivityInterface
public interface ComparisonActivities {
  String COMPARE_REPORTS = "CompareReports";

  /** Writes the report from the records of the runs; the same runs give the same object. */
  @ActivityMethod(name = COMPARE_REPORTS)
  CompareReportsResponse compareReports(CompareReportsRequest request);
}
