package io.retort.training;

import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerStatus;
import java.time.Duration;

/**
 * A trainer that was created or adopted. Every call waits at most {@code timeout}; a call that was
 * not answered in time is waited for again, not asked again, by the next one of its kind.
 */
public interface TrainerHandle {
  /**
   * Returns once the trainer's process answers, which may take half a minute after its creation.
   */
  void ping(Duration timeout) throws TrainerException;

  /**
   * Starts the job, or adopts it when it was started before.
   *
   * @param fencingToken larger than that of any earlier owner; the trainer refuses a smaller one
   */
  TrainerStatus start(TrainerJob job, long fencingToken, Duration timeout) throws TrainerException;

  TrainerStatus status(Duration timeout) throws TrainerException;

  /** Asks the job to write a checkpoint and to end; poll {@link #status} for the end. */
  TrainerStatus stop(Duration timeout) throws TrainerException;
}
