package io.retort.lane;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.v1.FindEndedRunsRequest;
import io.retort.v1.FindEndedRunsResponse;
import io.retort.v1.Lane;
import io.retort.v1.LaneAnswer;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneEntry;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneRun;
import io.temporal.failure.TemporalException;
import io.temporal.workflow.Async;
import io.temporal.workflow.ExternalWorkflowStub;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Applies the rules of {@link LaneQueue}. */
public final class LaneWorkflowImpl implements LaneWorkflow {
  private static final Logger logger = Workflow.getLogger(LaneWorkflowImpl.class);
  private static final int MOST_EVENTS = 2000;

  /** Runs further back are told their place when they ask. */
  private static final int TOLD_PLACES = 20;

  private final LaneActivities activities =
      Workflow.newActivityStub(LaneActivities.class, ActivityPolicies.QUICK);
  private final LaneQueue queue;
  private boolean changed;

  /** Under way. */
  private int cancellations;

  private long nextCheck;
  private @Nullable Promise<FindEndedRunsResponse> check;

  @WorkflowInit
  public LaneWorkflowImpl(Lane lane) {
    queue = new LaneQueue(lane);
  }

  @Override
  public void run(Lane ignored) {
    // A lane without its workflow would forget who holds its slots.
    Workflow.newDetachedCancellationScope(this::serve).run();
  }

  private void serve() {
    nextCheck = Workflow.currentTimeMillis() + queue.checkEvery().toMillis();
    while (true) {
      changed = false;
      settle();
      show();
      if (check == null && isLong()) {
        Workflow.await(() -> cancellations == 0 && Workflow.isEveryHandlerFinished());
        Workflow.continueAsNew(queue.snapshot());
      }
      if (check == null && isCheckDue()) {
        check = startCheck();
      }
      awaitChange();
      if (check != null && check.isCompleted()) {
        finishCheck(check);
        check = null;
      }
    }
  }

  private boolean isCheckDue() {
    return queue.isDoubtful() || (queue.hasHolders() && Workflow.currentTimeMillis() >= nextCheck);
  }

  private void awaitChange() {
    if (check != null) {
      Promise<FindEndedRunsResponse> running = check;
      Workflow.await(() -> changed || running.isCompleted());
    } else if (queue.hasHolders()) {
      long left = Math.max(1, nextCheck - Workflow.currentTimeMillis());
      boolean unused = Workflow.await(Duration.ofMillis(left), () -> changed);
    } else {
      Workflow.await(() -> changed);
    }
  }

  private static boolean isLong() {
    return Workflow.getInfo().getHistoryLength() > MOST_EVENTS
        || Workflow.getInfo().isContinueAsNewSuggested();
  }

  @Override
  public void configure(LaneConfig config) {
    queue.configure(config);
    changed = true;
  }

  @Override
  public void enter(LaneEntry entry) {
    queue.configure(entry.getConfig());
    queue.enter(entry.getRunId(), entry.getCreatedAt());
    changed = true;
  }

  @Override
  public void leave(LaneExit exit) {
    queue.leave(exit, now());
    changed = true;
  }

  @Override
  public Lane state() {
    return queue.snapshot();
  }

  @Override
  public Lane unblock() {
    queue.unblock();
    changed = true;
    return queue.snapshot();
  }

  @Override
  public void checkUnblock() {
    if (!queue.isBlocked()) {
      throw Failures.user(
          "LANE_NOT_BLOCKED",
          "lane "
              + queue.snapshot().getConfig().getName()
              + ": not blocked (expected: a lane that a failed run blocks)");
    }
  }

  private void settle() {
    boolean settled = false;
    // The next execution does what is left, so that runs that keep asking do not delay it for ever.
    while (!settled && !(check == null && isLong())) {
      Optional<LaneMove> move = queue.next(now());
      if (move.isPresent()) {
        perform(move.get());
        continue;
      }
      Optional<LaneRun> told = queue.nextToTell(TOLD_PLACES);
      told.ifPresent(
          run ->
              tell(
                  run.getRunId(),
                  answer(LaneAnswer.Kind.KIND_WAIT).setPlace(run.getToldPlace()).build()));
      settled = told.isEmpty();
    }
  }

  private void perform(LaneMove move) {
    if (move instanceof LaneMove.Admit) {
      boolean unused = tell(move.runId(), answer(LaneAnswer.Kind.KIND_ADMITTED).build());
    } else if (move instanceof LaneMove.Dismiss dismiss
        && tell(
            move.runId(),
            answer(LaneAnswer.Kind.KIND_DISMISSED).setReason(dismiss.reason()).build())) {
      // The other runs do not wait for the answer.
      cancellations++;
      Promise<Void> unused = Async.procedure(() -> cancel(dismiss));
    }
  }

  /** Returns whether the run was there to be told. */
  private boolean tell(String runId, LaneAnswer answer) {
    try {
      run(runId).signal(LaneSeat.ANSWER, answer);
      return true;
    } catch (TemporalException gone) {
      logger.debug("run {} has ended", runId, gone);
      queue.forget(runId);
      return false;
    }
  }

  private void cancel(LaneMove.Dismiss dismiss) {
    try {
      run(dismiss.runId()).cancel(dismiss.reason());
    } catch (TemporalException gone) {
      logger.debug("run {} has ended", dismiss.runId(), gone);
      queue.forget(dismiss.runId());
      changed = true;
    } finally {
      cancellations--;
    }
  }

  /** Asks beside the other work: while no activity worker runs, the lane still serves its runs. */
  private Promise<FindEndedRunsResponse> startCheck() {
    nextCheck = Workflow.currentTimeMillis() + queue.checkEvery().toMillis();
    Lane lane = queue.snapshot();
    FindEndedRunsRequest.Builder request = FindEndedRunsRequest.newBuilder();
    lane.getHoldersList().forEach(run -> request.addRunIds(run.getRunId()));
    lane.getWaitingList().stream()
        .limit(TOLD_PLACES)
        .forEach(run -> request.addRunIds(run.getRunId()));
    queue.beginCheck();
    return Async.function(activities::findEndedRuns, request.build());
  }

  private void finishCheck(Promise<FindEndedRunsResponse> finished) {
    RuntimeException thrown = finished.getFailure();
    queue.endCheck(thrown != null);
    if (thrown == null) {
      finished.get().getEndedList().forEach(exit -> queue.leave(exit, now()));
    } else {
      logger.warn("it is unknown which runs have ended: {}", Failures.fromThrowable(thrown));
    }
  }

  private void show() {
    Lane lane = queue.snapshot();
    StringBuilder details = new StringBuilder();
    if (lane.hasBlock()) {
      details
          .append("**BLOCKED** by run `")
          .append(lane.getBlock().getRunId())
          .append("`: `retort lanes unblock ")
          .append(lane.getConfig().getName())
          .append("`\n\n");
    }
    lane.getHoldersList()
        .forEach(run -> details.append("* runs: `").append(run.getRunId()).append("`\n"));
    details.append("* waiting: ").append(lane.getWaitingCount()).append('\n');
    Workflow.setCurrentDetails(details.toString());
  }

  private static LaneAnswer.Builder answer(LaneAnswer.Kind kind) {
    return LaneAnswer.newBuilder().setKind(kind);
  }

  private static ExternalWorkflowStub run(String runId) {
    return Workflow.newUntypedExternalWorkflowStub(runId);
  }

  private static Timestamp now() {
    return Timestamps.fromMillis(Workflow.currentTimeMillis());
  }
}
