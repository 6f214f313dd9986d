package io.retort.judge.endpoint;

import java.util.List;

/**
 * Several endpoints under one name.
 *
 * @param name by which requests name it; no endpoint has it
 * @param targets at least one, each endpoint once, one of them with a weight above 0
 */
public record RouteConfiguration(String name, List<Target> targets) {
  public RouteConfiguration {
    targets = List.copyOf(targets);
  }

  /**
   * @param weight share of the rows; 0 is asked only when the others fail
   */
  public record Target(String endpoint, int weight) {}
}
