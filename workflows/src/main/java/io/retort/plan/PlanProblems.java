package io.retort.plan;

import io.retort.failure.Failures;
import io.retort.ingest.IngestActivities;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.temporal.failure.TemporalFailure;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a plan has met that a person should know, each once. */
final class PlanProblems {
  private final Set<Failure> failures = new LinkedHashSet<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  /**
   * Adds a failure that the run would meet too; one of the plan alone becomes a warning.
   *
   * @throws TemporalFailure the cancellation of the plan itself
   */
  Failure add(TemporalFailure thrown) {
    if (Failures.isCancellation(thrown)) {
      throw thrown;
    }
    Failure failure = Failures.fromThrowable(thrown);
    if (failure.getCategory() == FailureCategory.FAILURE_CATEGORY_TIMEOUT) {
      warnings.add("not everything is known: it took longer than a plan may take");
    } else if (failure.getType().equals(IngestActivities.MODEL_NOT_DOWNLOADED)) {
      warnings.add(failure.getMessage());
    } else {
      failures.add(failure);
    }
    return failure;
  }

  void addUser(String type, String message) {
    failures.add(Failures.of(FailureCategory.FAILURE_CATEGORY_USER, type, message));
  }

  void warn(List<String> told) {
    warnings.addAll(told);
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  List<Failure> failures() {
    return List.copyOf(failures);
  }
}
