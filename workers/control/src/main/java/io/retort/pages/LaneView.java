package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.report.Figures;
import io.retort.v1.Lane;
import io.retort.v1.LaneBlock;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneRun;
import java.util.List;

/**
 * A lane and its runs.
 *
 * @param effect of its policy, in a sentence
 * @param more runs that wait and are not listed, or are of other teams; empty for none
 * @param block why no run starts; empty unless the lane is blocked
 * @param blockedBy the run that blocks it, empty where the reader may not see it
 * @param allowed whether the reader may change it
 */
public record LaneView(
    String name,
    String address,
    String policy,
    String effect,
    int slots,
    String changed,
    List<LanePolicyChoice> policies,
    List<Place> holders,
    List<Place> waiting,
    String more,
    String block,
    String blockedBy,
    boolean allowed) {
  /**
   * A run in the lane.
   *
   * @param since when it received its slot, or was created
   */
  public record Place(String run, String since, String machine, String state) {
    static Place holder(LaneRun run) {
      return new Place(
          run.getRunId(),
          Times.shown(run.getAdmittedAt()),
          Times.machine(run.getAdmittedAt()),
          run.getCancelling() ? "is being cancelled" : "");
    }

    static Place waiting(LaneRun run) {
      return new Place(
          run.getRunId(), Times.shown(run.getCreatedAt()), Times.machine(run.getCreatedAt()), "");
    }
  }

  static LaneView of(Lane lane, boolean allowed) {
    LaneConfig config = lane.getConfig();
    long hidden = Integer.toUnsignedLong(lane.getWaitingTotal()) - lane.getWaitingCount();
    return new LaneView(
        config.getName(),
        LaneListView.address(config.getName()),
        EnumText.words(config.getPolicy()),
        LanePolicyChoice.effect(config.getPolicy()),
        config.getParallelism(),
        "Revision "
            + Long.toUnsignedString(config.getRevision())
            + (Times.isSet(config.getChangedAt()) ? ", " + Times.shown(config.getChangedAt()) : "")
            + (config.getChangedBy().isEmpty() ? "" : " by " + config.getChangedBy()),
        LanePolicyChoice.all(config.getPolicy()),
        lane.getHoldersList().stream().map(Place::holder).toList(),
        lane.getWaitingList().stream().map(Place::waiting).toList(),
        hidden > 0 ? Figures.count(hidden) + " more" : "",
        lane.hasBlock() ? block(lane.getBlock()) : "",
        lane.getBlock().getRunId(),
        allowed);
  }

  private static String block(LaneBlock block) {
    String since = Times.shown(block.getSince());
    return "No run starts"
        + (since.isEmpty() ? "" : " since " + since)
        + ": the run before "
        + EnumText.words(block.getOutcome());
  }
}
