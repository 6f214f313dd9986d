package io.retort.ray;

import io.retort.training.ResourceText;
import io.retort.v1.ResourceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the nodes of a cluster have in all, busy or not.
 *
 * @param nodes resources by Ray's names, one map for each node that is alive
 */
record ClusterCapacity(List<Map<String, Double>> nodes) {
  static final String CPU = "CPU";
  static final String GPU = "GPU";

  ClusterCapacity {
    nodes = List.copyOf(nodes);
  }

  /** Why no node can ever hold {@code resources}; empty when one can. */
  Optional<String> infeasibility(ResourceSpec resources) {
    Map<String, Double> wanted = bundle(resources);
    if (nodes.stream().anyMatch(node -> holds(node, wanted))) {
      return Optional.empty();
    }
    List<String> lacks = new ArrayList<>();
    for (String resource : List.of(GPU, CPU)) {
      double amount = wanted.getOrDefault(resource, 0.0);
      double total = nodes.stream().mapToDouble(node -> amountOf(node, resource)).sum();
      if (amount > total) {
        lacks.add(
            "needs %s %s, cluster has %s"
                .formatted(ResourceText.amount(amount), resource, ResourceText.amount(total)));
      }
    }
    if (!lacks.isEmpty()) {
      return Optional.of(String.join("; ", lacks));
    }
    return Optional.of(
        "needs %s on one node, none of the cluster's %d has that much"
            .formatted(ResourceText.of(resources), nodes.size()));
  }

  /** What one trainer asks of one node. */
  static Map<String, Double> bundle(ResourceSpec resources) {
    return resources.getGpus() > 0
        ? Map.of(CPU, resources.getCpus(), GPU, resources.getGpus())
        : Map.of(CPU, resources.getCpus());
  }

  private static boolean holds(Map<String, Double> node, Map<String, Double> wanted) {
    return wanted.entrySet().stream()
        .allMatch(entry -> amountOf(node, entry.getKey()) >= entry.getValue());
  }

  private static double amountOf(Map<String, Double> node, String resource) {
    return node.getOrDefault(resource, 0.0);
  }
}
