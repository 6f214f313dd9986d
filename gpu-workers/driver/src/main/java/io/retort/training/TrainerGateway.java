package io.retort.training;

import io.retort.v1.ResourceSpec;
import java.util.List;
import java.util.Optional;

/**
 * A cluster that runs named trainers. A trainer and its reservation have the same name, and outlive
 * the process that created them. Once the cluster itself is gone, every call ends at once with
 * {@link TrainerException.Lost}.
 *
 * <p>Implementations do not retry and are thread-safe.
 */
public interface TrainerGateway {
  /**
   * Why the current nodes of the cluster cannot hold such a trainer even when idle, with the
   * numbers; empty if they can.
   */
  Optional<String> infeasibility(ResourceSpec resources) throws TrainerException.Unreachable;

  /**
   * Whether all nodes of the cluster have joined. Nodes of a cluster that has just started may
   * still be joining, and {@link #infeasibility} is preliminary.
   */
  boolean isSettled();

  /** The trainer with this name; empty if it does not exist or has ended. */
  Optional<TrainerHandle> find(String name) throws TrainerException.Unreachable;

  /** Names of all reservations, of the form run_id/job_name, independent of their creator. */
  List<String> names() throws TrainerException.Unreachable;

  /**
   * Requests the resources of a trainer unless they were requested before. Does not wait for them.
   */
  Placement reserve(String name, ResourceSpec resources) throws TrainerException.Unreachable;

  /**
   * Creates the trainer in its reservation, which must be ready. Does not wait for its process.
   *
   * @throws TrainerException.Unreachable also if a trainer with this name exists
   */
  TrainerHandle create(String name, ResourceSpec resources) throws TrainerException.Unreachable;

  /**
   * Kills the trainer, if it exists, and releases its reservation. Safe to repeat; afterwards the
   * name is free.
   */
  void release(String name) throws TrainerException.Unreachable;
}
