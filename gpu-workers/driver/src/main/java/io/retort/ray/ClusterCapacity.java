package io.retort.ray;

import io.ray.api.Ray;
import io.retort.training.ResourceText;
import io.retort.v1.CustomResource;
import io.retort.v1.PlacementStrategy;
import io.retort.v1.ResourceSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Total resources of a cluster's nodes, including resources in use.
 *
 * @param nodes resources by Ray's names, one map per live node
 */
record ClusterCapacity(List<Map<String, Double>> nodes) {
  static final String CPU = "CPU";
  static final String GPU = "GPU";
  private static final String MEMORY = "memory";
  private static final String ACCELERATOR = "accelerator_type:";
  private static final double GIB = 1L << 30;

  // Every node with such a GPU has 1 of this resource, which identifies the kind and does not count
  // GPUs.
  private static final double ACCELERATOR_SHARE = 0.001;

  // Amounts are decimals; the rounding errors of doubles are smaller than Ray's steps of 0.0001.
  private static final double TOLERANCE = 1e-9;

  ClusterCapacity {
    nodes = List.copyOf(nodes);
  }

  /** Capacity of the cluster to which this process is connected. */
  static ClusterCapacity now() {
    return new ClusterCapacity(
        Ray.getRuntimeContext().getAllNodeInfo().stream()
            .filter(node -> node.isAlive)
            .map(node -> node.resources)
            .toList());
  }

  /** Whole GPUs of all nodes. */
  int gpus() {
    return (int) nodes.stream().mapToDouble(node -> amountOf(node, GPU)).sum();
  }

  /** Why the nodes cannot hold all ranks of {@code resources} even when idle; empty if they can. */
  Optional<String> infeasibility(ResourceSpec resources) {
    Map<String, Double> bundle = bundle(resources);
    int ranks = ranks(resources);
    List<Long> held = nodes.stream().map(node -> held(node, bundle)).toList();
    long most = held.stream().mapToLong(count -> count).max().orElse(0);
    long all = held.stream().mapToLong(count -> count).sum();
    long useful = held.stream().filter(count -> count > 0).count();
    boolean feasible =
        switch (resources.getPlacement()) {
          case PLACEMENT_STRATEGY_STRICT_PACK -> most >= ranks;
          case PLACEMENT_STRATEGY_STRICT_SPREAD -> useful >= ranks;
          case PLACEMENT_STRATEGY_PACK,
              PLACEMENT_STRATEGY_SPREAD,
              PLACEMENT_STRATEGY_UNSPECIFIED,
              UNRECOGNIZED ->
              all >= ranks;
        };
    if (feasible) {
      return Optional.empty();
    }
    List<String> lacks = lacks(bundle, ranks);
    if (!lacks.isEmpty()) {
      return Optional.of(String.join("; ", lacks));
    }
    String wanted = ResourceText.of(resources);
    if (ranks == 1) {
      return Optional.of(
          "needs %s on one node, none of the cluster's %d has that much"
              .formatted(wanted, nodes.size()));
    }
    return Optional.of(
        "needs %s, placed %s; the cluster's %d nodes hold %d ranks, at most %d on one node, %d nodes hold any"
            .formatted(
                wanted, strategy(resources.getPlacement()), nodes.size(), all, most, useful));
  }

  /** Resources of one rank on one node, by Ray's names. */
  static Map<String, Double> bundle(ResourceSpec resources) {
    Map<String, Double> bundle = new TreeMap<>();
    bundle.put(CPU, resources.getCpus());
    if (resources.getGpus() > 0) {
      bundle.put(GPU, resources.getGpus());
    }
    if (resources.getMemoryGib() > 0) {
      // Ray counts whole bytes.
      bundle.put(MEMORY, Math.rint(resources.getMemoryGib() * GIB));
    }
    if (!resources.getAcceleratorType().isEmpty()) {
      bundle.put(ACCELERATOR + resources.getAcceleratorType(), ACCELERATOR_SHARE);
    }
    for (CustomResource custom : resources.getCustomList()) {
      bundle.put(custom.getName(), custom.getAmount());
    }
    return bundle;
  }

  static int ranks(ResourceSpec resources) {
    return Math.max(1, resources.getRanks());
  }

  /** Ray's name of a strategy, PACK if none is set. */
  static String strategy(PlacementStrategy strategy) {
    return switch (strategy) {
      case PLACEMENT_STRATEGY_SPREAD -> "SPREAD";
      case PLACEMENT_STRATEGY_STRICT_PACK -> "STRICT_PACK";
      case PLACEMENT_STRATEGY_STRICT_SPREAD -> "STRICT_SPREAD";
      case PLACEMENT_STRATEGY_PACK, PLACEMENT_STRATEGY_UNSPECIFIED, UNRECOGNIZED -> "PACK";
    };
  }

  private List<String> lacks(Map<String, Double> bundle, int ranks) {
    List<String> lacks = new ArrayList<>();
    bundle.forEach(
        (resource, amount) -> {
          double total = nodes.stream().mapToDouble(node -> amountOf(node, resource)).sum();
          if (amount * ranks <= total + TOLERANCE) {
            return;
          }
          if (resource.startsWith(ACCELERATOR)) {
            lacks.add("needs %s, cluster has none".formatted(resource));
          } else if (resource.equals(MEMORY)) {
            lacks.add(lack("GiB memory", amount * ranks / GIB, Math.floor(total / GIB * 10) / 10));
          } else {
            lacks.add(lack(resource, amount * ranks, total));
          }
        });
    return lacks;
  }

  private static String lack(String resource, double wanted, double total) {
    return "needs %s %s, cluster has %s"
        .formatted(ResourceText.amount(wanted), resource, ResourceText.amount(total));
  }

  private static long held(Map<String, Double> node, Map<String, Double> bundle) {
    return bundle.entrySet().stream()
        .mapToLong(
            entry ->
                (long) Math.floor(amountOf(node, entry.getKey()) / entry.getValue() + TOLERANCE))
        .min()
        .orElse(0);
  }

  private static double amountOf(Map<String, Double> node, String resource) {
    return node.getOrDefault(resource, 0.0);
  }
}
