package io.retort.training;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Releases trainers and reservations whose run has ended while no driver held them: the driver was
 * killed, and the run was cancelled before another one could adopt.
 */
public final class AbandonedTrainers {
  private static final Logger logger = LoggerFactory.getLogger(AbandonedTrainers.class);

  private final TrainerGateway gateway;
  private final Predicate<String> hasEnded;
  private Set<String> suspects = Set.of();

  /**
   * @param hasEnded whether the run of this id is known to have ended; false when nothing is known
   *     about it, as several deployments may share a cluster
   */
  public AbandonedTrainers(TrainerGateway gateway, Predicate<String> hasEnded) {
    this.gateway = requireNonNull(gateway, "gateway");
    this.hasEnded = requireNonNull(hasEnded, "hasEnded");
  }

  /**
   * Releases what two sweeps in a row found abandoned: between them an attempt that is just ending
   * its trainer has the time to do so. Never throws, so that it can be repeated on a schedule.
   */
  public synchronized void sweep() {
    try {
      Set<String> abandoned = new HashSet<>();
      for (String name : gateway.names()) {
        if (hasEnded.test(name.substring(0, name.indexOf('/')))) {
          abandoned.add(name);
        }
      }
      for (String name : abandoned) {
        if (suspects.contains(name)) {
          logger.info("{}: its run has ended and nobody holds it, releasing it", name);
          gateway.release(name);
        }
      }
      suspects = abandoned;
    } catch (TrainerException.Unreachable | RuntimeException e) {
      logger.warn("abandoned trainers: {}", e.getMessage(), e);
    }
  }
}
