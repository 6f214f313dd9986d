package io.retort.run;

import io.retort.evaluation.EvaluationActivities;
import io.retort.export.ExportActivities;
import io.retort.ingest.IngestActivities;
import io.retort.release.ReleaseActivities;
import io.retort.shard.PromptActivities;
import io.retort.shard.RowStageActivities;
import io.retort.stage.StageActivities;
import io.retort.training.TrainerActivities;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunSpec;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How each activity is retried and timed. Temporal is the only retrier: ten attempts with backoff
 * bridge some five minutes of an unreachable judge or store, then the run pauses; non-retryable
 * failures end at once.
 */
public final class StageOptions {
  static final int ATTEMPTS = 10;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);
  private static final int BACKOFF_COEFFICIENT = 2;

  private static final RetryOptions RETRY =
      RetryOptions.newBuilder()
          .setInitialInterval(FIRST_BACKOFF)
          .setBackoffCoefficient(BACKOFF_COEFFICIENT)
          .setMaximumInterval(LONGEST_BACKOFF)
          .setMaximumAttempts(ATTEMPTS)
          .build();

  /** Reads or writes a few objects. */
  private static final ActivityOptions SHORT =
      ActivityOptions.newBuilder()
          .setTaskQueue(TaskQueues.PIPELINE)
          .setStartToCloseTimeout(Duration.ofMinutes(5))
          .setRetryOptions(RETRY)
          .build();

  /** Streams rows or bytes and heartbeats; a dead worker is noticed by the missing heartbeat. */
  private static final ActivityOptions STREAMING =
      ActivityOptions.newBuilder(SHORT)
          .setStartToCloseTimeout(Duration.ofHours(12))
          .setHeartbeatTimeout(Duration.ofSeconds(30))
          .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
          .build();

  /** What nothing waits for: a failure is logged and forgotten. */
  static final ActivityOptions BEST_EFFORT =
      ActivityOptions.newBuilder(SHORT)
          .setStartToCloseTimeout(Duration.ofMinutes(1))
          .setScheduleToCloseTimeout(Duration.ofMinutes(2))
          .build();

  private static final Set<String> STREAMING_ACTIVITIES =
      Set.of(
          IngestActivities.DESCRIBE_SOURCES,
          IngestActivities.INGEST,
          IngestActivities.INSPECT_STUDENT,
          StageActivities.FIND_STAGE,
          StageActivities.PUBLISH_STAGE,
          RowStageActivities.RUN_SHARD,
          RowStageActivities.FINISH_STAGE,
          EvaluationActivities.SCORE,
          ExportActivities.EXPORT_DATA,
          ReleaseActivities.PUBLISH);

  private static final Set<String> SHORT_ACTIVITIES =
      Set.of(
          RowStageActivities.DESCRIBE_ROW_STAGE,
          ReleaseActivities.RESERVE_VERSION,
          ReleaseActivities.MOVE_ALIAS,
          ReleaseActivities.WRITE_REPORT,
          RunRecordActivities.RECORD_RUN,
          PromptActivities.SNAPSHOT_PROMPTS);

  /** What was done about a failure before it was told, in a few words; may be empty. */
  public static String tried(Throwable thrown) {
    return thrown instanceof ActivityFailure activity
            && activity.getRetryState() == RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
        ? "after " + ATTEMPTS + " attempts"
        : "";
  }

  /** For stubs whose every activity has options of its own. */
  public static final ActivityOptions BY_NAME = ActivityOptions.newBuilder().build();

  /**
   * How long Temporal by itself waits after a failed attempt.
   *
   * @param attempt the one that failed, from 1 on
   */
  public static Duration backoff(int attempt) {
    double factor = Math.pow(BACKOFF_COEFFICIENT, Math.max(0, attempt - 1));
    return factor < LONGEST_BACKOFF.toMillis()
        ? shorter(LONGEST_BACKOFF, FIRST_BACKOFF.multipliedBy((long) factor))
        : LONGEST_BACKOFF;
  }

  /** Options of the pipeline worker's activity with this name. */
  public static ActivityOptions pipeline(String activityName) {
    if (STREAMING_ACTIVITIES.contains(activityName)) {
      return STREAMING;
    }
    if (SHORT_ACTIVITIES.contains(activityName)) {
      return SHORT;
    }
    throw new IllegalArgumentException(
        "activity: " + activityName + " (expected: one with options)");
  }

  /** Options of every activity of one interface, keyed by activity name as Temporal wants them. */
  public static Map<String, ActivityOptions> of(String... activityNames) {
    return Arrays.stream(activityNames)
        .collect(Collectors.toUnmodifiableMap(name -> name, StageOptions::pipeline));
  }

  /**
   * Options of {@link TrainerActivities#RUN_TRAINER_JOB}; the driver itself keeps the two
   * deadlines. Where trainers queue for a slot, those of a smaller priority go first, and teams of
   * one priority take turns, if the server is set up for it: see docs/training.md.
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
        .setRetryOptions(RETRY)
        .setPriority(
            Priority.newBuilder()
                .setPriorityKey(spec.getPriority())
                .setFairnessKey(spec.getTeam())
                .build())
        .build();
  }

  /** Options of the look at the cluster before a run: it does not wait for trainers to end. */
  static ActivityOptions resourceCheck(RunSpec spec) {
    return ActivityOptions.newBuilder(trainer(spec))
        .setScheduleToStartTimeout(Duration.ofSeconds(30))
        .setStartToCloseTimeout(Duration.ofMinutes(1))
        .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
        .build();
  }

  private static Duration shorter(Duration left, Duration right) {
    return left.compareTo(right) < 0 ? left : right;
  }

  private StageOptions() {}
}
