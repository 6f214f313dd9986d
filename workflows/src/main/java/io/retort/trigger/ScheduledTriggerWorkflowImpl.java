package io.retort.trigger;

import com.google.protobuf.util.Durations;
import io.retort.activity.ActivityPolicies;
import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.lane.LaneActivities;
import io.retort.v1.FindEndedRunsRequest;
import io.retort.v1.FireScheduledRequest;
import io.retort.v1.ScheduledTrigger;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import org.slf4j.Logger;

/** Fires, then looks from time to time whether the run has ended. */
public final class ScheduledTriggerWorkflowImpl implements ScheduledTriggerWorkflow {
  private static final Logger logger = Workflow.getLogger(ScheduledTriggerWorkflowImpl.class);
  private static final Duration LONGEST_CALL = Duration.ofMinutes(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);
  private static final int MOST_EVENTS = 2000;

  private final LaneActivities runs =
      Workflow.newActivityStub(LaneActivities.class, ActivityPolicies.QUICK);

  @Override
  public void run(ScheduledTrigger scheduled) {
    String runId = scheduled.getRunId().isEmpty() ? fire(scheduled) : scheduled.getRunId();
    if (runId.isEmpty() || !scheduled.getWaits()) {
      return;
    }
    Workflow.setCurrentDetails("* waits for the end of run: `" + runId + "`\n");
    Duration pause = FIRST_PAUSE;
    Workflow.sleep(pause);
    while (!hasEnded(runId)) {
      if (Workflow.getInfo().getHistoryLength() > MOST_EVENTS
          || Workflow.getInfo().isContinueAsNewSuggested()) {
        Workflow.continueAsNew(scheduled.toBuilder().setRunId(runId).build());
      }
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      Workflow.sleep(pause);
    }
  }

  /** The run that was launched; empty for none. */
  private static String fire(ScheduledTrigger scheduled) {
    TriggerActivities triggers =
        Workflow.newActivityStub(
            TriggerActivities.class,
            ActivityOptions.newBuilder()
                .setTaskQueue(TaskQueues.CONTROL)
                .setStartToCloseTimeout(LONGEST_CALL)
                .setScheduleToCloseTimeout(
                    Duration.ofMillis(Durations.toMillis(scheduled.getPatience())))
                .setRetryOptions(
                    RetryOptions.newBuilder().setMaximumInterval(LONGEST_BACKOFF).build())
                .build());
    return triggers
        .fireScheduled(
            FireScheduledRequest.newBuilder()
                .setTrigger(scheduled.getTrigger())
                .setWorkflowId(Workflow.getInfo().getWorkflowId())
                .build())
        .getFiring()
        .getRunId();
  }

  private boolean hasEnded(String runId) {
    try {
      return runs.findEndedRuns(FindEndedRunsRequest.newBuilder().addRunIds(runId).build())
              .getEndedCount()
          > 0;
    } catch (ActivityFailure e) {
      if (Failures.isCancellation(e)) {
        throw e;
      }
      logger.warn("it is unknown whether run {} has ended: {}", runId, Failures.fromThrowable(e));
      return false;
    }
  }
}
