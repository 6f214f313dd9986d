package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.activity.TaskQueues;
import io.retort.evaluation.EvaluationActivities;
import io.retort.export.ExportActivities;
import io.retort.ingest.IngestActivities;
import io.retort.release.ReleaseActivities;
import io.retort.rows.PromptActivities;
import io.retort.rows.RowStageActivities;
import io.retort.stage.StageActivities;
import io.retort.training.TrainerActivities;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunSpec;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Options of each activity that a run's workflow starts. */
public final class StageOptions {
  private static final Set<String> STREAMING_ACTIVITIES =
      Set.of(
          IngestActivities.DESCRIBE_SOURCES,
          IngestActivities.INGEST,
          IngestActivities.INSPECT_STUDENT,
          StageActivities.FIND_STAGE,
          StageActivities.PUBLISH_STAGE,
          EvaluationActivities.SCORE,
          EvaluationActivities.LIST_FLIPS,
          ExportActivities.EXPORT_DATA,
          ReleaseActivities.PUBLISH,
          ReleaseActivities.WRITE_REPORT);

  private static final Set<String> SHORT_ACTIVITIES =
      Set.of(
          RowStageActivities.DESCRIBE_ROW_STAGE,
          EvaluationActivities.COMPARE,
          EvaluationActivities.CALIBRATE,
          EvaluationActivities.COMPARE_FOR_GATE,
          ReleaseActivities.RESERVE_VERSION,
          ReleaseActivities.MOVE_ALIAS,
          RunRecordActivities.RECORD_RUN,
          PromptActivities.SNAPSHOT_PROMPTS);

  /** Options of the pipeline worker's activity with the given name. */
  public static ActivityOptions pipeline(String activityName) {
    if (STREAMING_ACTIVITIES.contains(activityName)) {
      return ActivityPolicies.STREAMING;
    }
    if (SHORT_ACTIVITIES.contains(activityName)) {
      return ActivityPolicies.SHORT;
    }
    throw new IllegalArgumentException(
        "activity: " + activityName + " (expected: one with options)");
  }

  /** Options of all activities of one interface, keyed by activity name as Temporal expects. */
  public static Map<String, ActivityOptions> of(String... activityNames) {
    return Arrays.stream(activityNames)
        .collect(Collectors.toUnmodifiableMap(name -> name, StageOptions::pipeline));
  }

  /**
   * Options of {@link TrainerActivities#RUN_TRAINER_JOB}; the driver enforces the two deadlines
   * itself. Where trainers queue for a slot, lower priority values go first, and teams with the
   * same priority alternate, if the server is configured for it: see docs/training.md.
   */
  public static ActivityOptions trainer(RunSpec spec) {
    ResourceSpec resources = spec.getResources();
    Duration longest =
        Duration.ofSeconds(resources.getWaitingDeadlineSeconds())
            .plusSeconds(resources.getActiveDeadlineSeconds())
            .plusMinutes(10);
    return ActivityOptions.newBuilder()
        .setTaskQueue(TaskQueues.GPU)
        .setStartToCloseTimeout(longest)
        .setHeartbeatTimeout(Duration.ofSeconds(60))
        .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
        .setRetryOptions(ActivityPolicies.RETRY)
        .setPriority(
            Priority.newBuilder()
                .setPriorityKey(spec.getPriority())
                .setFairnessKey(spec.getTeam())
                .build())
        .build();
  }

  /** Options of the cluster check before a run, which does not wait for running trainers. */
  static ActivityOptions resourceCheck(RunSpec spec) {
    return ActivityOptions.newBuilder(trainer(spec))
        .setScheduleToStartTimeout(Duration.ofSeconds(30))
        .setStartToCloseTimeout(Duration.ofMinutes(1))
        .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
        .build();
  }

  private StageOptions() {}
}
