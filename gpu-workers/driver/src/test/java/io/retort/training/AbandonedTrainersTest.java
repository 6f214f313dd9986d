package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AbandonedTrainersTest {
  private final ManualPacer pacer = new ManualPacer();
  private final FakeGateway gateway = new FakeGateway(pacer, new FakeTrainer(pacer));
  private final AbandonedTrainers abandoned =
      new AbandonedTrainers(gateway, Set.of("ended/sft")::contains);

  @BeforeEach
  void reserve() {
    gateway.names = List.of("ended/sft", "open/sft");
  }

  @Test
  void releasesWhatTwoSweepsFoundAbandoned() {
    abandoned.sweep();
    assertThat(gateway.calls).isEmpty();

    abandoned.sweep();
    assertThat(gateway.calls).containsExactly("release ended/sft");
  }

  @Test
  void sparesWhatWasReleasedMeanwhile() {
    abandoned.sweep();
    gateway.names = List.of("open/sft");
    abandoned.sweep();

    assertThat(gateway.calls).isEmpty();
  }

  @Test
  void goesOnWhenTheClusterIsBack() {
    abandoned.sweep();
    gateway.reachable = false;
    abandoned.sweep();
    gateway.reachable = true;
    abandoned.sweep();

    assertThat(gateway.calls).endsWith("release ended/sft");
  }
}
