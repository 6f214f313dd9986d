package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Repeats calls until they succeed; only a USER failure or a cancellation ends them. Any other
 * failure that outlives its retries pauses the run.
 */
final class FaultTolerance {
  private final PauseControl pauses;

  FaultTolerance(PauseControl pauses) {
    this.pauses = pauses;
  }

  <R> R call(Functions.Func<R> call) {
    while (true) {
      pauses.awaitResumed();
      try {
        R result = call.apply();
        pauses.recovered();
        return result;
      } catch (TemporalFailure thrown) {
        waitOut(thrown);
      }
    }
  }

  /** Like {@link #call}, for calls without a result. */
  void run(Functions.Proc call) {
    Boolean unused =
        call(
            () -> {
              call.apply();
              return true;
            });
  }

  /**
   * Runs the tasks concurrently. Tasks that fail with a fault run again after the others have
   * ended.
   */
  <R> List<R> all(List<Functions.Func<R>> tasks) {
    Map<Integer, R> results = new TreeMap<>();
    while (true) {
      pauses.awaitResumed();
      int before = results.size();
      TemporalFailure fault = runMissing(tasks, results);
      if (results.size() > before) {
        pauses.recovered();
      }
      if (fault == null) {
        return List.copyOf(results.values());
      }
      waitOut(fault);
    }
  }

  /**
   * Pauses the run for a fault until it resumes.
   *
   * @throws TemporalFailure the failure itself, where it ends the run
   */
  void waitOut(TemporalFailure thrown) {
    if (Failures.isCancellation(thrown) || endsRun(thrown)) {
      throw thrown;
    }
    Failure failure = Failures.fromThrowable(thrown);
    pauses.waitOut(failure, ActivityPolicies.attempts(thrown));
  }

  private static <R> @Nullable TemporalFailure runMissing(
      List<Functions.Func<R>> tasks, Map<Integer, R> results) {
    Map<Integer, Promise<R>> started = new TreeMap<>();
    CancellationScope scope =
        Workflow.newCancellationScope(
            () -> {
              for (int index = 0; index < tasks.size(); index++) {
                if (!results.containsKey(index)) {
                  started.put(index, Async.function(tasks.get(index)));
                }
              }
            });
    scope.run();
    // Also waits while the run is being cancelled: the cancellation reaches the running tasks, and
    // they end.
    Workflow.newDetachedCancellationScope(
            () -> {
              Workflow.await(
                  () ->
                      areCompleted(started.values())
                          || started.values().stream().anyMatch(FaultTolerance::endedRun));
              if (!areCompleted(started.values())) {
                scope.cancel("a task failed");
                Workflow.await(() -> areCompleted(started.values()));
              }
            })
        .run();
    List<TemporalFailure> faults = new ArrayList<>();
    started.forEach(
        (index, promise) -> {
          RuntimeException thrown = promise.getFailure();
          if (thrown == null) {
            results.put(index, promise.get());
          } else if (thrown instanceof TemporalFailure failure) {
            faults.add(endsRun(failure) ? 0 : faults.size(), failure);
          } else {
            throw thrown;
          }
        });
    if (faults.isEmpty()) {
      return null;
    }
    return faults.get(0);
  }

  private static boolean areCompleted(Collection<? extends Promise<?>> promises) {
    return promises.stream().allMatch(Promise::isCompleted);
  }

  private static boolean endedRun(Promise<?> promise) {
    return promise.isCompleted()
        && promise.getFailure() instanceof TemporalFailure failure
        && (endsRun(failure) || Failures.isCancellation(failure));
  }

  private static boolean endsRun(TemporalFailure thrown) {
    return Failures.fromThrowable(thrown).getCategory() == FailureCategory.FAILURE_CATEGORY_USER;
  }
}
