package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.report.Figures;
import io.retort.v1.Lane;
import io.retort.v1.LaneBlock;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneRun;
import java.util.List;
import java.util.Optional;

/**
 * A lane and its runs.
 *
 * @param team whose runs may wait in it; empty for every team
 * @param effect of its policy, in a sentence
 * @param running runs with a slot that are not listed, in words; empty for none
 * @param more runs that wait and are not listed, in words; empty for none
 * @param block why no run starts; empty unless the lane is blocked
 * @param blockedBy the run that blocks it, empty where the reader may not see it
 * @param form that changes it; absent where the reader may not
 */
public record LaneView(
    String name,
    String address,
    String team,
    String policy,
    String effect,
    int slots,
    String changed,
    List<Place> holders,
    String running,
    List<Place> waiting,
    String more,
    String block,
    String blockedBy,
    Optional<LaneForm> form) {
  /**
   * A run in the lane.
   *
   * @param place among all runs that wait, from 1; 0 for one that has a slot
   * @param since when it received its slot, or was created
   */
  public record Place(int place, String run, String since, String machine, String state) {
    static Place holder(LaneRun run) {
      return new Place(
          0,
          run.getRunId(),
          Times.shown(run.getAdmittedAt()),
          Times.machine(run.getAdmittedAt()),
          run.getCancelling() ? "is being cancelled" : "");
    }

    static Place waiting(LaneRun run) {
      return new Place(
          run.getPlace(),
          run.getRunId(),
          Times.shown(run.getCreatedAt()),
          Times.machine(run.getCreatedAt()),
          "");
    }
  }

  static LaneView of(Lane lane, Optional<LaneForm> form) {
    LaneConfig config = lane.getConfig();
    return new LaneView(
        config.getName(),
        LaneListView.address(config.getName()),
        config.getTeam(),
        EnumText.words(config.getPolicy()),
        LanePolicyChoice.effect(config.getPolicy()),
        config.getParallelism(),
        "Revision "
            + Long.toUnsignedString(config.getRevision())
            + (Times.isSet(config.getChangedAt()) ? ", " + Times.shown(config.getChangedAt()) : "")
            + (config.getChangedBy().isEmpty() ? "" : " by " + config.getChangedBy()),
        lane.getHoldersList().stream().map(Place::holder).toList(),
        hidden(lane.getHoldersTotal() - lane.getHoldersCount(), "has a slot", "have slots"),
        lane.getWaitingList().stream().map(Place::waiting).toList(),
        more(lane),
        lane.hasBlock() ? block(lane.getBlock()) : "",
        lane.getBlock().getRunId(),
        form);
  }

  private static String more(Lane lane) {
    int unlisted = lane.getWaitingTotal() - lane.getWaitingHidden() - lane.getWaitingCount();
    String hidden = hidden(lane.getWaitingHidden(), "waits", "wait");
    return (unlisted > 0 ? Figures.count(unlisted) + " more wait. " : "") + hidden;
  }

  private static String hidden(int runs, String one, String several) {
    return runs <= 0
        ? ""
        : runs == 1
            ? "A hidden run " + one + "."
            : Figures.count(runs) + " hidden runs " + several + ".";
  }

  private static String block(LaneBlock block) {
    String since = Times.shown(block.getSince());
    return "No run starts"
        + (since.isEmpty() ? "" : " since " + since)
        + ": the run before "
        + EnumText.words(block.getOutcome());
  }
}
