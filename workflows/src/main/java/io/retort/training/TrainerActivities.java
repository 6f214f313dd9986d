package io.retort.training;

import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * The activity that holds a trainer on Ray. At-least-once: an attempt adopts the actor of an
 * earlier attempt if it still runs; otherwise it creates an actor, which resumes from the last
 * complete checkpoint. Heartbeats {@link io.retort.v1.TrainerHeartbeat}.
 */
@ActivityInterface
public interface TrainerActivities {
  String RUN_TRAINER_JOB = "RunTrainerJob";

  /** Type of the TIMEOUT failure of a job that exceeded the spec's limit. */
  String ACTIVE_DEADLINE = "ACTIVE_DEADLINE";

  /**
   * Runs one training, generation or export job to its end.
   *
   * @throws io.temporal.failure.ApplicationFailure the trainer's own category and type;
   *     RESOURCE/INFEASIBLE when no node can hold it; RESOURCE/WAITING_DEADLINE;
   *     TIMEOUT/ACTIVE_DEADLINE
   */
  @ActivityMethod(name = RUN_TRAINER_JOB)
  TrainerResult runTrainerJob(TrainerJob job);
}
