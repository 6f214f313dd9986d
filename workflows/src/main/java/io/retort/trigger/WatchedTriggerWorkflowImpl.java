package io.retort.trigger;

import com.google.protobuf.util.Timestamps;
import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.FireWatchedResponse;
import io.retort.v1.FiringOutcome;
import io.retort.v1.LookAtWatchedDataRequest;
import io.retort.v1.LookAtWatchedDataResponse;
import io.retort.v1.WatchConfig;
import io.retort.v1.WatchedTrigger;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;

/** Follows {@link WatchState}. */
public final class WatchedTriggerWorkflowImpl implements WatchedTriggerWorkflow {
  private static final Logger logger = Workflow.getLogger(WatchedTriggerWorkflowImpl.class);
  private static final int MOST_EVENTS = 2000;
  private static final int LOOKS_IN_A_ROW = 3;

  private final WatchActivities data =
      Workflow.newActivityStub(
          WatchActivities.class,
          ActivityOptions.newBuilder()
              .setTaskQueue(TaskQueues.PIPELINE)
              .setStartToCloseTimeout(Duration.ofMinutes(10))
              .setHeartbeatTimeout(Duration.ofMinutes(1))
              .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(LOOKS_IN_A_ROW).build())
              .build());
  private final TriggerActivities triggers =
      Workflow.newActivityStub(
          TriggerActivities.class,
          ActivityOptions.newBuilder()
              .setTaskQueue(TaskQueues.CONTROL)
              .setStartToCloseTimeout(Duration.ofMinutes(1))
              // Then the problem is shown, and the next look tries it again.
              .setScheduleToCloseTimeout(Duration.ofMinutes(10))
              .setRetryOptions(
                  RetryOptions.newBuilder().setMaximumInterval(Duration.ofSeconds(30)).build())
              .build());
  private final WatchState watch;
  private boolean changed;
  private boolean gone;

  @WorkflowInit
  public WatchedTriggerWorkflowImpl(WatchedTrigger initial) {
    watch = new WatchState(initial);
  }

  @Override
  public void run(WatchedTrigger ignored) {
    note();
    // A watch that is cancelled by hand would forget which files were there.
    Workflow.newDetachedCancellationScope(this::serve).run();
  }

  private void serve() {
    while (!gone) {
      if (isLong()) {
        Workflow.continueAsNew(watch.snapshot());
      }
      changed = false;
      if (watch.isPaused()) {
        show();
        // Temporal bounds the signals of an execution.
        Workflow.await(() -> changed || isLong());
        continue;
      }
      look();
      show();
      if (!gone) {
        boolean unused =
            Workflow.await(
                watch.untilNext(Workflow.currentTimeMillis()), () -> changed || isLong());
      }
    }
  }

  @Override
  public void configure(WatchConfig config) {
    if (watch.configure(config)) {
      changed = true;
      note();
    }
  }

  @Override
  public WatchedTrigger state() {
    return watch.snapshot();
  }

  /** Tells what it follows, without a worker that answers queries. */
  private void note() {
    Workflow.upsertMemo(Map.of(CONFIG, watch.snapshot().getConfig()));
  }

  private void look() {
    long since = watch.sinceRevision();
    LookAtWatchedDataRequest request = watch.look(Workflow.currentTimeMillis());
    try {
      LookAtWatchedDataResponse response = data.lookAtWatchedData(request);
      if (since == watch.sinceRevision()
          && watch.looked(request, response, Workflow.currentTimeMillis())
          && !watch.isPaused()) {
        fire();
      }
    } catch (ActivityFailure e) {
      failed(since, e);
    }
  }

  private void fire() {
    long since = watch.sinceRevision();
    try {
      FireWatchedResponse response = triggers.fireWatched(watch.fire());
      if (since != watch.sinceRevision() || !response.hasFiring()) {
        return;
      }
      if (response.getFiring().getOutcome() == FiringOutcome.FIRING_OUTCOME_SKIPPED) {
        watch.skipped();
      } else {
        watch.fired();
      }
    } catch (ActivityFailure e) {
      failed(since, e);
    }
  }

  private void failed(long since, ActivityFailure thrown) {
    Failure failure = Failures.fromThrowable(thrown);
    logger.warn("a look at watched data has failed: {}", failure);
    gone =
        failure.getCategory() == FailureCategory.FAILURE_CATEGORY_USER
            && failure.getType().equals(TriggerActivities.TRIGGER_NOT_FOUND);
    if (since == watch.sinceRevision()) {
      watch.failed(failure.getMessage());
    }
  }

  private void show() {
    WatchedTrigger now = watch.snapshot();
    StringBuilder details = new StringBuilder();
    if (!now.getProblem().isEmpty()) {
      // Code shows a text as it is.
      details
          .append("**PROBLEM** `")
          .append(now.getProblem().replace('`', '\'').replaceAll("\\s+", " "))
          .append("`\n\n");
    }
    if (watch.isPaused()) {
      details.append("* paused\n");
    }
    if (now.getStatus().hasLookedAt()) {
      details
          .append("* looked at: ")
          .append(Timestamps.toString(now.getStatus().getLookedAt()))
          .append("\n* files: ")
          .append(now.getStatus().getFiles())
          .append("\n* new: ")
          .append(now.getStatus().getNewFiles())
          .append('\n');
    }
    Workflow.setCurrentDetails(details.toString());
  }

  private static boolean isLong() {
    return Workflow.getInfo().getHistoryLength() > MOST_EVENTS
        || Workflow.getInfo().isContinueAsNewSuggested();
  }
}
