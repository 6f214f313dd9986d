package io.retort.plan;

import io.retort.v1.AdmissionRequest;
import io.retort.v1.AdmissionResponse;
import io.retort.v1.CheckLocationsResponse;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;

/** Nothing but local activities, all in the first workflow task: callers wait for it. */
public final class AdmissionWorkflowImpl implements AdmissionWorkflow {
  private static final Logger LOG = Workflow.getLogger(AdmissionWorkflowImpl.class);

  /** Callers wait for little longer, and one slow place must not hide what other runs lack. */
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private final PlanActivities activities =
      Workflow.newLocalActivityStub(
          PlanActivities.class,
          LocalActivityOptions.newBuilder()
              .setScheduleToCloseTimeout(LONGEST)
              .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
              .build());

  @Override
  public AdmissionResponse check(AdmissionRequest request) {
    List<Promise<CheckLocationsResponse>> checks =
        request.getRunsList().stream()
            .map(run -> Async.function(activities::checkLocations, run))
            .toList();
    AdmissionResponse.Builder response = AdmissionResponse.newBuilder();
    for (Promise<CheckLocationsResponse> check : checks) {
      response.addRuns(resultOf(check));
    }
    return response.build();
  }

  /** A run whose check fails is accepted; it makes the same checks itself. */
  private static CheckLocationsResponse resultOf(Promise<CheckLocationsResponse> check) {
    try {
      return check.get();
    } catch (ActivityFailure e) {
      LOG.warn("the locations of a run are not checked before it starts", e);
      return CheckLocationsResponse.getDefaultInstance();
    }
  }
}
