package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.retort.enums.RunPhases;
import io.retort.rows.RowStageActivities;
import io.retort.rows.RowStageWorkflow;
import io.retort.training.TrainerActivities;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerProgress;
import io.retort.v1.TrainerState;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Adds to a run the progress that its running activities have heartbeat since the last workflow
 * task.
 */
final class LiveProgress {
  private static final int SHOWN_CHARACTERS = 200;

  /** The unit of CogPO's progress before its first step. */
  private static final String PAIRS = "pairs";

  private final Workflows workflows;
  private final Clock clock;

  LiveProgress(Workflows workflows, Clock clock) {
    this.workflows = workflows;
    this.clock = clock;
  }

  Run merge(Run run, DescribeWorkflowExecutionResponse description) {
    if (run.getStagesCount() == 0 || RunPhases.isTerminal(run.getPhase())) {
      return run;
    }
    Run.Builder merged = run.toBuilder();
    StageProgress.Builder stage = merged.getStagesBuilder(merged.getStagesCount() - 1);
    if (RunPhases.isTerminal(stage.getPhase())) {
      return run;
    }
    List<PendingActivityInfo> pending = new ArrayList<>(description.getPendingActivitiesList());
    switch (stage.getStage()) {
      case STAGE_CURATE, STAGE_PAIR ->
          shards(stage, RowStageWorkflow.id(run.getRunId(), stage.getStage()), pending);
      case STAGE_SFT, STAGE_COGPO, STAGE_EVALUATE, STAGE_RELEASE -> trainers(stage, pending);
      case STAGE_INGEST, STAGE_EXPORT, STAGE_UNSPECIFIED, UNRECOGNIZED -> {}
    }
    addFailures(stage, pending);
    if (stage.getPhase() == RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES) {
      merged.setPhase(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES);
    }
    return merged.build();
  }

  /**
   * Adds the rows of committed shards, which the child workflow reports, and of running shards,
   * which heartbeats report.
   */
  private void shards(
      StageProgress.Builder stage, String child, List<PendingActivityInfo> pending) {
    // Described before the query: a shard that ends in between is then counted twice for a moment,
    // which the total caps, instead of not at all.
    Optional<DescribeWorkflowExecutionResponse> description = workflows.describe(child);
    if (description.isEmpty()) {
      return;
    }
    long done =
        workflows
            .query(child, RowStageWorkflow.PROGRESS, ShardProgress.class)
            .map(ShardProgress::getDone)
            .orElse(0L);
    for (PendingActivityInfo activity : description.get().getPendingActivitiesList()) {
      String type = activity.getActivityType().getName();
      if (type.equals(RowStageActivities.RUN_SHARD)) {
        done +=
            workflows
                .decode(activity.getHeartbeatDetails(), ShardProgress.class)
                .map(ShardProgress::getDone)
                .orElse(0L);
      }
      pending.add(activity);
    }
    advance(stage, Math.max(stage.getDone(), done));
  }

  private void trainers(StageProgress.Builder stage, List<PendingActivityInfo> pending) {
    List<PendingActivityInfo> trainers =
        pending.stream()
            .filter(
                activity ->
                    activity.getActivityType().getName().equals(TrainerActivities.RUN_TRAINER_JOB))
            .toList();
    if (!trainers.isEmpty() && trainers.stream().allMatch(this::isQueued)) {
      stage
          .setPhase(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES)
          .setDetail("waiting for a slot of the GPU queue");
      return;
    }
    List<TrainerHeartbeat> heartbeats =
        trainers.stream()
            .map(
                activity ->
                    workflows.decode(activity.getHeartbeatDetails(), TrainerHeartbeat.class))
            .flatMap(Optional::stream)
            .toList();
    if (heartbeats.isEmpty()) {
      return;
    }
    Optional<TrainerHeartbeat> waiting =
        heartbeats.stream().filter(heartbeat -> !heartbeat.getWaitingFor().isEmpty()).findFirst();
    if (waiting.isPresent() && heartbeats.stream().noneMatch(LiveProgress::isPlaced)) {
      stage
          .setPhase(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES)
          .setDetail("waiting for " + waiting.get().getWaitingFor() + place(waiting.get()));
      return;
    }
    if (stage.getStage() == Stage.STAGE_EVALUATE) {
      generation(stage, heartbeats);
    } else if (stage.getStage() != Stage.STAGE_RELEASE) {
      training(stage, heartbeats.get(0));
    }
  }

  /**
   * Whether the activity waits only for a free slot of a driver; false for one that waits for a
   * retry.
   */
  private boolean isQueued(PendingActivityInfo activity) {
    return activity.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
        && (activity.getAttempt() <= 1
            || Timestamps.toMillis(activity.getScheduledTime()) <= clock.millis());
  }

  private static String place(TrainerHeartbeat heartbeat) {
    return heartbeat.getWaitingPlace() == 0 ? "" : ", place " + heartbeat.getWaitingPlace();
  }

  private static boolean isPlaced(TrainerHeartbeat heartbeat) {
    return heartbeat.getWaitingFor().isEmpty();
  }

  private static void training(StageProgress.Builder stage, TrainerHeartbeat heartbeat) {
    TrainerProgress progress = heartbeat.getProgress();
    if (heartbeat.getState() == TrainerState.TRAINER_STATE_STARTING || !heartbeat.hasProgress()) {
      stage.setDetail("starting");
      return;
    }
    stage.setDone(progress.getDone()).setTotal(progress.getTotal());
    if (!progress.getUnit().isEmpty()) {
      stage.setUnit(progress.getUnit());
    }
    if (progress.getUnit().equals(PAIRS)) {
      stage.setDetail("log-probabilities of the reference");
      return;
    }
    if (progress.getDone() == 0) {
      stage.setDetail("first step");
      return;
    }
    stage
        .setEtaSeconds(progress.getEtaSeconds())
        .setLoss(progress.getLoss())
        .setTokensPerSecond(progress.getTokensPerSecond())
        .setDetail(
            String.format(Locale.ROOT, "loss %.4f", progress.getLoss())
                + speed(progress.getTokensPerSecond())
                + utilization(progress.getModelFlopsUtilization()));
  }

  private void generation(StageProgress.Builder stage, List<TrainerHeartbeat> heartbeats) {
    long underWay = 0;
    double tokensPerSecond = 0;
    for (TrainerHeartbeat heartbeat : heartbeats) {
      underWay += heartbeat.getProgress().getDone();
      if (heartbeat.getState() == TrainerState.TRAINER_STATE_RUNNING) {
        tokensPerSecond += heartbeat.getProgress().getTokensPerSecond();
      }
    }
    advance(stage, stage.getDone() + underWay);
    stage.setTokensPerSecond(tokensPerSecond);
    String speed = speed(tokensPerSecond);
    if (!speed.isEmpty()) {
      stage.setDetail(stage.getDetail().isEmpty() ? speed.substring(2) : stage.getDetail() + speed);
    }
  }

  private static String speed(double tokensPerSecond) {
    return tokensPerSecond > 0
        ? String.format(Locale.ROOT, ", %,.0f tokens/s", tokensPerSecond)
        : "";
  }

  private static String utilization(double share) {
    return share > 0 ? String.format(Locale.ROOT, ", MFU %.0f %%", 100 * share) : "";
  }

  private void advance(StageProgress.Builder stage, long done) {
    long capped = stage.getTotal() > 0 ? Math.min(done, stage.getTotal()) : done;
    stage.setDone(capped);
    double elapsed = (clock.millis() - Timestamps.toMillis(stage.getStartedAt())) / 1000.0;
    boolean known = stage.hasStartedAt() && capped > 0 && stage.getTotal() > 0 && elapsed > 0;
    stage.setEtaSeconds(known ? elapsed / capped * (stage.getTotal() - capped) : -1);
  }

  /** Adds the failure of an activity that is being retried. */
  private static void addFailures(StageProgress.Builder stage, List<PendingActivityInfo> pending) {
    for (PendingActivityInfo activity : pending) {
      if (activity.getAttempt() > 1 && activity.hasLastFailure()) {
        String message = activity.getLastFailure().getMessage();
        String cut =
            message.length() > SHOWN_CHARACTERS
                ? message.substring(0, SHOWN_CHARACTERS) + "..."
                : message;
        String retried = "attempt " + activity.getAttempt() + " after: " + cut;
        stage.setDetail(stage.getDetail().isEmpty() ? retried : stage.getDetail() + "; " + retried);
        return;
      }
    }
  }
}
