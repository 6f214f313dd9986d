package io.retort.training;

import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerStatus;
import java.time.Duration;

/**
 * A trainer that was created or adopted. Every call waits at most {@code timeout}. After a timeout,
 * the next call of the same kind waits for the pending response instead of sending another request.
 */
public interface TrainerHandle {
  /**
   * Returns once the trainer's process answers, which may take half a minute after its creation.
   */
  void ping(Duration timeout) throws TrainerException;

  /**
   * Starts the job, or adopts it if it was started before.
   *
   * @param fencingToken larger than that of any earlier owner; the trainer refuses a smaller one
   */
  TrainerStatus start(TrainerJob job, long fencingToken, Duration timeout) throws TrainerException;

  TrainerStatus status(Duration timeout) throws TrainerException;

  /** Requests the job to write a checkpoint and to end; poll {@link #status} for the end. */
  TrainerStatus stop(Duration timeout) throws TrainerException;
}
