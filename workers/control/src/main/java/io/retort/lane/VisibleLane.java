package io.retort.lane;

import io.retort.v1.Lane;
import io.retort.v1.LaneRun;
import java.util.function.Predicate;

/** A lane as the API shows it. */
public final class VisibleLane {
  private static final int MOST_WAITING = 100;

  /**
   * With the runs that are visible, of those that wait the first ones, each with its place among
   * all; and with the numbers of all runs.
   *
   * @param lane as its workflow knows it, with all runs
   * @param visible whether the caller may see the run with this id
   */
  public static Lane of(Lane lane, Predicate<String> visible) {
    Lane.Builder shown =
        lane.toBuilder()
            .clearHolders()
            .clearWaiting()
            .setHoldersTotal(lane.getHoldersCount())
            .setWaitingTotal(lane.getWaitingCount());
    lane.getHoldersList().stream()
        .filter(run -> visible.test(run.getRunId()))
        .forEach(shown::addHolders);
    int hidden = 0;
    for (int index = 0; index < lane.getWaitingCount(); index++) {
      LaneRun run = lane.getWaiting(index);
      if (!visible.test(run.getRunId())) {
        hidden++;
      } else if (shown.getWaitingCount() < MOST_WAITING) {
        shown.addWaiting(run.toBuilder().setPlace(index + 1));
      }
    }
    shown.setWaitingHidden(hidden);
    if (shown.hasBlock() && !visible.test(shown.getBlock().getRunId())) {
      shown.getBlockBuilder().clearRunId();
    }
    return shown.build();
  }

  private VisibleLane() {}
}
