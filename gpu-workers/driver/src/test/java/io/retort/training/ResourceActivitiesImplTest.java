package io.retort.training;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.v1.ResourceSpec;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ResourceActivitiesImplTest {
  private final ManualPacer pacer = new ManualPacer();
  private final FakeGateway gateway = new FakeGateway(pacer, new FakeTrainer(pacer));
  private final ResourceActivities activities = new ResourceActivitiesImpl(gateway);
  private final ResourceSpec resources = ResourceSpec.newBuilder().setGpus(8).build();

  @Test
  void whatTheNodesCannotHold() {
    gateway.infeasibility = Optional.of("needs 8 GPU, cluster has 2");

    assertThatThrownBy(() -> activities.checkResources(resources))
        .hasMessageContaining("resources: needs 8 GPU, cluster has 2 (expected: ")
        .hasMessageContaining("RESOURCE/INFEASIBLE");
  }

  @Test
  void whatTheyCanHold() {
    assertThatCode(() -> activities.checkResources(resources)).doesNotThrowAnyException();
  }

  @Test
  void nodesThatMayStillJoin() {
    gateway.infeasibility = Optional.of("needs 8 GPU, cluster has 2");
    gateway.looksUntilSettled = 1;

    assertThatCode(() -> activities.checkResources(resources)).doesNotThrowAnyException();
  }
}
