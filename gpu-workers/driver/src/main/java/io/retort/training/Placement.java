package io.retort.training;

import java.time.Duration;

/** A reservation of resources. */
public interface Placement {
  /**
   * Waits for the resources.
   *
   * @param timeout rounded up to whole seconds
   * @return whether the resources are held now
   * @throws TrainerException.Misbehaved if the cluster refuses the request
   */
  boolean isReady(Duration timeout)
      throws TrainerException.Unreachable, TrainerException.Misbehaved;
}
