package io.retort.judge.route;

import io.retort.judge.configuration.RouteConfiguration.Target;
import java.util.Comparator;
import java.util.List;

/**
 * The order in which the endpoints of a route are called for a row, by weighted rendezvous hashing.
 * It is a function of the row; each endpoint comes first for a share of the rows by its weight; and
 * adding or removing an endpoint moves only the rows that it gains or loses.
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

  /** Reciprocal of an exponential variable whose rate is the weight; negative for weight 0. */
  private static double score(Target target, long rowHash) {
    double uniform = RowHash.uniform(rowHash, target.endpoint());
    return target.weight() == 0 ? -uniform : -target.weight() / Math.log(uniform);
  }
}
