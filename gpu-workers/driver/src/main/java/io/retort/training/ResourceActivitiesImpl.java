package io.retort.training;

import io.retort.failure.Failures;
import io.retort.v1.ResourceSpec;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares a spec's resources with the nodes of the cluster. */
public final class ResourceActivitiesImpl implements ResourceActivities {
  private static final Logger LOGGER = LoggerFactory.getLogger(ResourceActivitiesImpl.class);

  private final TrainerGateway gateway;

  public ResourceActivitiesImpl(TrainerGateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public void checkResources(ResourceSpec resources) {
    try {
      // Queried first, because the last node may join between the two answers.
      boolean settled = gateway.isSettled();
      Optional<String> infeasibility = gateway.infeasibility(resources);
      if (settled && infeasibility.isPresent()) {
        throw Failures.resource(
            "INFEASIBLE",
            "resources: "
                + infeasibility.get()
                + " (expected: what the nodes can hold; lower resources.gpus or resources.ranks, add"
                + " nodes, or set resources.allow_autoscaling)");
      }
    } catch (TrainerException.Unreachable e) {
      // Training itself waits for the cluster.
      LOGGER.warn("cannot find out whether the cluster can hold a training: {}", e.getMessage());
    }
  }
}
