package io.retort.ray;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.CustomResource;
import io.retort.v1.PlacementStrategy;
import io.retort.v1.ResourceSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ClusterCapacityTest {
  private static final ClusterCapacity TWO_NODES =
      new ClusterCapacity(
          List.of(Map.of("CPU", 16.0, "GPU", 4.0, "memory", 1e9), Map.of("CPU", 64.0)));

  @Test
  void holdsWhatOneNodeHas() {
    assertThat(TWO_NODES.infeasibility(resources(4, 16))).isEmpty();
    assertThat(TWO_NODES.infeasibility(resources(0, 64))).isEmpty();
    assertThat(TWO_NODES.infeasibility(resources(0.5, 1))).isEmpty();
  }

  @Test
  void countsGpus() {
    assertThat(TWO_NODES.gpus()).isEqualTo(4);
    assertThat(new ClusterCapacity(List.of(Map.of("CPU", 2.0))).gpus()).isZero();
  }

  @Test
  void tellsWhatTheClusterLacks() {
    assertThat(TWO_NODES.infeasibility(resources(8, 1))).contains("needs 8 GPU, cluster has 4");
    assertThat(TWO_NODES.infeasibility(resources(8, 100.5)))
        .contains("needs 100.5 CPU, cluster has 80; needs 8 GPU, cluster has 4");
  }

  @Test
  void tellsThatNoSingleNodeHasIt() {
    assertThat(TWO_NODES.infeasibility(resources(4, 64)))
        .contains("needs 4 GPU, 64 CPU on one node, none of the cluster's 2 has that much");
  }

  @Test
  void countsAllRanks() {
    assertThat(TWO_NODES.infeasibility(gang(5, PlacementStrategy.PLACEMENT_STRATEGY_PACK)))
        .isEmpty();
    assertThat(TWO_NODES.infeasibility(gang(6, PlacementStrategy.PLACEMENT_STRATEGY_SPREAD)))
        .contains("needs 96 CPU, cluster has 80");
    ResourceSpec gpus = resources(2, 1).toBuilder().setRanks(4).build();
    assertThat(TWO_NODES.infeasibility(gpus)).contains("needs 8 GPU, cluster has 4");
  }

  @Test
  void keepsTheStrictStrategies() {
    assertThat(TWO_NODES.infeasibility(gang(4, PlacementStrategy.PLACEMENT_STRATEGY_STRICT_PACK)))
        .isEmpty();
    assertThat(TWO_NODES.infeasibility(gang(5, PlacementStrategy.PLACEMENT_STRATEGY_STRICT_PACK)))
        .contains(
            "needs 80 CPU, for 5 ranks, placed STRICT_PACK; the cluster's 2 nodes hold 5 ranks,"
                + " at most 4 on one node, 2 nodes hold any");
    assertThat(TWO_NODES.infeasibility(gang(2, PlacementStrategy.PLACEMENT_STRATEGY_STRICT_SPREAD)))
        .isEmpty();
    assertThat(TWO_NODES.infeasibility(gang(3, PlacementStrategy.PLACEMENT_STRATEGY_STRICT_SPREAD)))
        .isPresent();
  }

  @Test
  void knowsMemoryKindsOfGpusAndCustomResources() {
    ClusterCapacity cluster =
        new ClusterCapacity(
            List.of(
                Map.of(
                    "CPU",
                    8.0,
                    "memory",
                    4.0 * (1L << 30),
                    "accelerator_type:T4",
                    1.0,
                    "fast",
                    1.0)));
    ResourceSpec.Builder wanted =
        resources(0, 1).toBuilder()
            .setRanks(2)
            .setMemoryGib(2)
            .setAcceleratorType("T4")
            .addCustom(CustomResource.newBuilder().setName("fast").setAmount(0.5));

    assertThat(cluster.infeasibility(wanted.build())).isEmpty();
    assertThat(
            cluster.infeasibility(
                wanted.clone().setMemoryGib(3).setAcceleratorType("H100").build()))
        .contains(
            "needs accelerator_type:H100, cluster has none; needs 6 GiB memory, cluster has 4");
    assertThat(cluster.infeasibility(wanted.setRanks(3).build()))
        .contains("needs 1.5 fast, cluster has 1; needs 6 GiB memory, cluster has 4");
  }

  private static ResourceSpec gang(int ranks, PlacementStrategy placement) {
    return resources(0, 16).toBuilder().setRanks(ranks).setPlacement(placement).build();
  }

  private static ResourceSpec resources(double gpus, double cpus) {
    return ResourceSpec.newBuilder().setGpus(gpus).setCpus(cpus).build();
  }
}
