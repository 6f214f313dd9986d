package io.retort.training;

import io.retort.v1.ResourceSpec;
import java.util.List;
import java.util.Optional;

/**
 * A cluster that runs named trainers. A trainer and its reservation have the same name, and outlive
 * the process that made them. Once the cluster itself is gone, every call ends at once with {@link
 * TrainerException.Lost}.
 *
 * <p>Implementations retry nothing and are safe for use by several threads.
 */
public interface TrainerGateway {
  /**
   * Why the cluster, with its present nodes, can never hold such a trainer, with the numbers; empty
   * when it can.
   */
  Optional<String> infeasibility(ResourceSpec resources) throws TrainerException.Unreachable;

  /**
   * Whether the cluster's nodes are all there. Those of one that has just been started, or started
   * anew, may still be joining it, and {@link #infeasibility} is not the last word.
   */
  boolean isSettled();

  /** The trainer of this name; empty when there is none or it has ended. */
  Optional<TrainerHandle> find(String name) throws TrainerException.Unreachable;

  /** All reservations, whoever made them: names of the form run_id/job_name. */
  List<String> names() throws TrainerException.Unreachable;

  /** Asks for the resources of a trainer, unless that was done before. Does not wait for them. */
  Placement reserve(String name, ResourceSpec resources) throws TrainerException.Unreachable;

  /**
   * Creates the trainer in its reservation, which must be ready. Does not wait for its process.
   *
   * @throws TrainerException.Unreachable also when a trainer of this name exists
   */
  TrainerHandle create(String name, ResourceSpec resources) throws TrainerException.Unreachable;

  /**
   * Kills the trainer, if there is one, and gives its reservation back. Safe to repeat; afterwards
   * the name is free.
   */
  void release(String name) throws TrainerException.Unreachable;
}
