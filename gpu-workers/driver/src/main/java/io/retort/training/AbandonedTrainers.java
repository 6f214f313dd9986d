package io.retort.training;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases trainers and reservations for which nothing waits: the driver was killed and the run
 * cancelled before another driver could adopt the trainer, or the cluster did not answer when an
 * attempt released its resources.
 */
public final class AbandonedTrainers {
  private static final Logger logger = LoggerFactory.getLogger(AbandonedTrainers.class);

  private final TrainerGateway gateway;
  private final Predicate<String> isUnwanted;
  private Set<String> suspects = Set.of();

  /**
   * @param isUnwanted whether it is known that nothing waits for the trainer with this name; false
   *     if nothing is known about its run, because several deployments may share a cluster
   */
  public AbandonedTrainers(TrainerGateway gateway, Predicate<String> isUnwanted) {
    this.gateway = requireNonNull(gateway, "gateway");
    this.isUnwanted = requireNonNull(isUnwanted, "isUnwanted");
  }

  /**
   * Releases trainers that two consecutive sweeps found abandoned, so that an attempt that is just
   * ending its trainer has the time to do so. Never throws, so that it can be repeated on a
   * schedule.
   */
  public synchronized void sweep() {
    try {
      Set<String> abandoned = new HashSet<>();
      for (String name : gateway.names()) {
        if (isUnwanted.test(name)) {
          abandoned.add(name);
        }
      }
      for (String name : abandoned) {
        if (suspects.contains(name)) {
          logger.info("{}: nobody waits for it, releasing it", name);
          gateway.release(name);
        }
      }
      suspects = abandoned;
    } catch (TrainerException.Unreachable | RuntimeException e) {
      logger.warn("abandoned trainers: {}", e.getMessage(), e);
    }
  }
}
