package io.retort.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.v1.Lane;
import io.retort.v1.LaneBlock;
import io.retort.v1.LaneRun;
import org.junit.jupiter.api.Test;

final class VisibleLaneTest {
  @Test
  void aRunKeepsItsPlaceAmongThoseOfOtherTeams() {
    Lane lane =
        Lane.newBuilder()
            .addHolders(run("theirs-1"))
            .addHolders(run("ours-1"))
            .addWaiting(run("theirs-2"))
            .addWaiting(run("ours-2"))
            .addWaiting(run("theirs-3"))
            .addWaiting(run("ours-3"))
            .setBlock(LaneBlock.newBuilder().setRunId("theirs-0"))
            .build();

    Lane shown = VisibleLane.of(lane, run -> run.startsWith("ours"));

    assertThat(shown.getHoldersList()).extracting(LaneRun::getRunId).containsExactly("ours-1");
    assertThat(shown.getHoldersTotal()).isEqualTo(2);
    assertThat(shown.getWaitingList())
        .extracting(LaneRun::getRunId, LaneRun::getPlace)
        .containsExactly(tuple("ours-2", 2), tuple("ours-3", 4));
    assertThat(shown.getWaitingTotal()).isEqualTo(4);
    assertThat(shown.getWaitingHidden()).isEqualTo(2);
    assertThat(shown.getBlock().getRunId()).isEmpty();
    assertThat(shown.hasBlock()).isTrue();
  }

  @Test
  void ofManyTheFirstVisibleOnesAreShown() {
    Lane.Builder lane = Lane.newBuilder();
    for (int place = 1; place <= 300; place++) {
      lane.addWaiting(run(place <= 150 ? "theirs-" + place : "ours-" + place));
    }

    Lane shown = VisibleLane.of(lane.build(), run -> run.startsWith("ours"));

    assertThat(shown.getWaitingList())
        .hasSize(100)
        .first()
        .returns("ours-151", LaneRun::getRunId)
        .returns(151, LaneRun::getPlace);
    assertThat(shown.getWaitingTotal()).isEqualTo(300);
    assertThat(shown.getWaitingHidden()).isEqualTo(150);
  }

  private static LaneRun run(String id) {
    return LaneRun.newBuilder().setRunId(id).build();
  }
}
