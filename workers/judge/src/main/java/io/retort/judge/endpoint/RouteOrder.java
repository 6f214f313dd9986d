package io.retort.judge.endpoint;

import io.retort.judge.endpoint.RouteConfiguration.Target;
import java.util.Comparator;
import java.util.List;

/**
 * In which order a row asks the endpoints of a route, by weighted rendezvous hashing: always the
 * same for the same row, the first ones in shares by weight, and an endpoint that is added or taken
 * away moves only the rows that go to it or come from it.
 */
final class RouteOrder {
  private final List<Target> targets;

  private record Scored(String endpoint, double score) {}

  RouteOrder(List<Target> targets) {
    this.targets = List.copyOf(targets);
  }

  /** Names of all endpoints. */
  List<String> of(String row) {
    long rowHash = RowHash.of(row);
    return targets.stream()
        .map(target -> new Scored(target.endpoint(), score(target, rowHash)))
        .sorted(Comparator.comparingDouble(Scored::score).reversed())
        .map(Scored::endpoint)
        .toList();
  }

  /** Exponentially distributed with the weight as rate: the smallest is first in its share. */
  private static double score(Target target, long rowHash) {
    double uniform = RowHash.uniform(rowHash, target.endpoint());
    return target.weight() == 0 ? -uniform : -target.weight() / Math.log(uniform);
  }
}
