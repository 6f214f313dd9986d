package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneRun;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LaneViewTest {
  @Test
  void hiddenRunsAreCountedAndNotNamed() {
    Lane.Builder lane =
        Lane.newBuilder()
            .setConfig(LaneConfig.newBuilder().setName("shared"))
            .setHoldersTotal(1)
            .addWaiting(LaneRun.newBuilder().setRunId("ours-1").setPlace(3))
            .setWaitingTotal(7)
            .setWaitingHidden(4);

    LaneView shared = LaneView.of(lane.build(), Optional.empty());

    assertThat(shared.running()).isEqualTo("A hidden run has a slot.");
    assertThat(shared.waiting()).extracting(LaneView.Place::place).containsExactly(3);
    assertThat(shared.more()).isEqualTo("2 more wait. 4 hidden runs wait.");
    LaneView own =
        LaneView.of(
            lane.addHolders(LaneRun.newBuilder()).setWaitingHidden(6).build(), Optional.empty());
    assertThat(own.running()).isEmpty();
    assertThat(own.more()).isEqualTo("6 hidden runs wait.");
  }
}
