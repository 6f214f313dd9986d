package io.retort.ray;

import static org.assertj.core.api.Assertions.assertThat;

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
  void tellsWhatTheClusterLacks() {
    assertThat(TWO_NODES.infeasibility(resources(8, 1))).contains("needs 8 GPU, cluster has 4");
    assertThat(TWO_NODES.infeasibility(resources(8, 100.5)))
        .contains("needs 8 GPU, cluster has 4; needs 100.5 CPU, cluster has 80");
  }

  @Test
  void tellsThatNoSingleNodeHasIt() {
    assertThat(TWO_NODES.infeasibility(resources(4, 64)))
        .contains("needs 4 GPU, 64 CPU on one node, none of the cluster's 2 has that much");
  }

  private static ResourceSpec resources(double gpus, double cpus) {
    return ResourceSpec.newBuilder().setGpus(gpus).setCpus(cpus).build();
  }
}
