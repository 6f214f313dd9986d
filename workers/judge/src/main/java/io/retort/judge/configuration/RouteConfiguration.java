package io.retort.judge.configuration;

import java.util.List;

/**
 * Several endpoints under one name.
 *
 * @param name that requests use; differs from the names of all endpoints
 * @param targets at least one, each endpoint once, one of them with a weight above 0
 */
public record RouteConfiguration(String name, List<Target> targets) {
  public RouteConfiguration {
    targets = List.copyOf(targets);
  }

  /**
   * @param weight share of the rows; 0 is called only when the others fail
   */
  public record Target(String endpoint, int weight) {}
}
