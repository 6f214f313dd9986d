package io.retort.training;

import io.retort.v1.ResourceSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The wait of an attempt for the resources of a new trainer, under its own deadline. */
final class PlacementWait {
  private final String name;
  private final ResourceSpec resources;
  private final TrainerGateway gateway;
  private final WaitingTrainers waiting;
  private final AttemptHeartbeat heartbeat;
  private final AttemptFailures failures;
  private final TrainerTiming timing;
  private final Pacer pacer;
  private boolean reserved;

  PlacementWait(
      String name,
      ResourceSpec resources,
      TrainerGateway gateway,
      WaitingTrainers waiting,
      AttemptHeartbeat heartbeat,
      AttemptFailures failures,
      TrainerTiming timing,
      Pacer pacer) {
    this.name = name;
    this.resources = resources;
    this.gateway = gateway;
    this.waiting = waiting;
    this.heartbeat = heartbeat;
    this.failures = failures;
    this.timing = timing;
    this.pacer = pacer;
  }

  /**
   * Returns once the resources are held. If it throws, they may still be reserved.
   *
   * @throws TrainerException.Misbehaved if the cluster refuses the request
   */
  void await()
      throws TrainerException.Unreachable, TrainerException.Misbehaved, InterruptedException {
    // A job that trained or waited before had room: missing nodes may return.
    boolean feasible =
        resources.getAllowAutoscaling()
            || heartbeat.hasTrained()
            || heartbeat.hasWaited()
            || isFeasible();
    try {
      awaitReadiness(feasible);
    } finally {
      waiting.leave(name);
    }
    heartbeat.placed();
    heartbeat.beat();
  }

  boolean isReserved() {
    return reserved;
  }

  private void awaitReadiness(boolean knownFeasible)
      throws TrainerException.Unreachable, TrainerException.Misbehaved, InterruptedException {
    Instant since = heartbeat.waitingSince(pacer.now());
    Duration patience = Duration.ofSeconds(resources.getWaitingDeadlineSeconds());
    Instant deadline = since.plus(patience);
    String wanted = ResourceText.of(resources);
    Placement placement = gateway.reserve(name, resources);
    reserved = true;
    boolean feasible = knownFeasible;
    while (!placement.isReady(timing.poll())) {
      if (!pacer.now().isBefore(deadline)) {
        throw failures.waitedTooLong(patience, wanted);
      }
      heartbeat.waiting(wanted, waiting.place(name, since));
      heartbeat.beat();
      feasible = feasible || isFeasible();
    }
  }

  /** False if the nodes cannot hold the ranks, but more nodes may join. */
  private boolean isFeasible() throws TrainerException.Unreachable {
    // Queried first, because the last node may join between the two answers.
    boolean settled = gateway.isSettled();
    Optional<String> infeasibility = gateway.infeasibility(resources);
    if (settled && infeasibility.isPresent()) {
      throw failures.infeasible(infeasibility.get());
    }
    return infeasibility.isEmpty();
  }
}
