package io.retort.run;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.activity.ActivityPolicies;
import io.retort.lane.LaneActivities;
import io.retort.lane.LaneSeat;
import io.retort.lane.LaneWorkflow;
import io.retort.v1.EnterLaneRequest;
import io.retort.v1.LaneAnswer;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneOutcome;
import io.retort.v1.LanePlace;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.TemporalException;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;

/** A run's place in its lane. Does nothing for a run without one. */
final class RunLane implements LaneSeat {
  private static final Logger logger = Workflow.getLogger(RunLane.class);
  private static final String VERSION = "lane";

  /** A lane that was terminated in Temporal has forgotten the run, which therefore asks again. */
  private static final Duration FIRST_PATIENCE = Duration.ofMinutes(1);

  private static final Duration LONGEST_PATIENCE = Duration.ofHours(1);

  private static final Duration CANCELLATION_PATIENCE = Duration.ofSeconds(5);

  private final LaneActivities activities =
      Workflow.newActivityStub(
          LaneActivities.class,
          ActivityOptions.newBuilder(ActivityPolicies.QUICK)
              // A cancelled run must not enter after it has left.
              .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
              .build());
  private final RunRequest request;
  private final RunTracker tracker;
  private final FaultTolerance faults;
  private final String lane;
  private boolean asked;
  private boolean admitted;
  private boolean dismissed;

  RunLane(RunRequest request, RunTracker tracker, FaultTolerance faults) {
    this.request = request;
    this.tracker = tracker;
    this.faults = faults;
    lane = request.getLane();
    if (!lane.isEmpty()) {
      tracker.lane(place(0, "waiting in lane " + lane));
      Workflow.registerListener(this);
    }
  }

  /** Waits for a slot. */
  void enter() {
    // A worker of a version without lanes has started a run that has no such marker.
    if (lane.isEmpty()
        || Workflow.getVersion(VERSION, Workflow.DEFAULT_VERSION, 1) == Workflow.DEFAULT_VERSION) {
      return;
    }
    asked = true;
    Timestamp createdAt = Timestamps.fromMillis(Workflow.getInfo().getRunStartedTimestampMillis());
    EnterLaneRequest entry =
        EnterLaneRequest.newBuilder()
            .setLane(lane)
            .setRunId(request.getRunId())
            .setCreatedAt(createdAt)
            .setStoreUri(request.getStoreUri())
            .build();
    Duration patience = FIRST_PATIENCE;
    while (!admitted) {
      faults.run(() -> activities.enterLane(entry));
      if (!Workflow.await(patience, () -> admitted || dismissed)) {
        Duration twice = patience.multipliedBy(2);
        patience = twice.compareTo(LONGEST_PATIENCE) < 0 ? twice : LONGEST_PATIENCE;
      } else if (dismissed) {
        dismissed = false;
        // The lane's cancellation ends the run here; without one, it is dismissed again.
        Workflow.sleep(CANCELLATION_PATIENCE);
      }
    }
  }

  /** Gives back the slot or the place; the last thing that a run does. */
  void leave() {
    if (!asked) {
      return;
    }
    LaneExit exit =
        LaneExit.newBuilder()
            .setRunId(request.getRunId())
            .setOutcome(outcome(tracker.snapshot().getPhase()))
            .build();
    Workflow.newDetachedCancellationScope(
            () -> {
              try {
                Workflow.newUntypedExternalWorkflowStub(LaneWorkflow.id(lane))
                    .signal(LaneWorkflow.LEAVE, exit);
              } catch (TemporalException thrown) {
                logger.warn("lane {} was not told that the run ends", lane, thrown);
              }
            })
        .run();
  }

  @Override
  public void answer(LaneAnswer answer) {
    switch (answer.getKind()) {
      case KIND_WAIT -> {
        if (!admitted) {
          tracker.lane(
              place(answer.getPlace(), "waiting in lane " + lane + ", place " + answer.getPlace()));
        }
      }
      case KIND_ADMITTED -> {
        admitted = true;
        tracker.lane(place(0, "has a slot of lane " + lane));
      }
      case KIND_DISMISSED -> {
        dismissed = true;
        tracker.lane(place(0, answer.getReason()));
        tracker.warn(List.of(answer.getReason()));
      }
      case KIND_UNSPECIFIED, UNRECOGNIZED ->
          logger.warn("an answer of another version: {}", answer);
    }
  }

  private LanePlace place(int place, String detail) {
    return LanePlace.newBuilder().setLane(lane).setPlace(place).setDetail(detail).build();
  }

  private static LaneOutcome outcome(RunPhase phase) {
    return switch (phase) {
      case RUN_PHASE_SUCCEEDED -> LaneOutcome.LANE_OUTCOME_SUCCEEDED;
      case RUN_PHASE_CANCELLED -> LaneOutcome.LANE_OUTCOME_CANCELLED;
      case RUN_PHASE_FAILED -> LaneOutcome.LANE_OUTCOME_FAILED;
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_PAUSED,
          RUN_PHASE_AWAITING_APPROVAL,
          UNRECOGNIZED ->
          LaneOutcome.LANE_OUTCOME_UNKNOWN;
    };
  }
}
