package io.retort.lane;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.v1.Lane;
import io.retort.v1.LaneBlock;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneOutcome;
import io.retort.v1.LanePolicy;
import io.retort.v1.LaneRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The runs of a lane and the rules of its policy. */
final class LaneQueue {
  /** A lane's state is the input of its workflow, whose size Temporal limits. */
  static final int MOST_WAITING = 1000;

  private static final int DEFAULT_CHECK_SECONDS = 60;

  private static final Comparator<LaneRun> ORDER =
      Comparator.comparing(LaneRun::getCreatedAt, Timestamps.comparator())
          .thenComparing(LaneRun::getRunId);

  private final Lane.Builder lane;

  /** Holders that ask again for the answer that they have received. */
  private final Set<String> reminders = new LinkedHashSet<>();

  private boolean doubtful;
  private boolean checking;

  LaneQueue(Lane lane) {
    this.lane = lane.toBuilder();
    // A cancellation that the execution before did not send is sent by this one.
    this.lane.getHoldersBuilderList().forEach(LaneRun.Builder::clearCancelling);
    doubtful = lane.getHoldersCount() > 0 && lane.getWaitingCount() > 0;
  }

  Lane snapshot() {
    return lane.clone().setWaitingTotal(lane.getWaitingCount()).build();
  }

  /** How long a slot of a run that has gone without notice stays taken. */
  Duration checkEvery() {
    int seconds = lane.getConfig().getCheckSeconds();
    return Duration.ofSeconds(seconds == 0 ? DEFAULT_CHECK_SECONDS : seconds);
  }

  boolean hasHolders() {
    return lane.getHoldersCount() > 0;
  }

  /** Whether a run waits that arrived after the holders were last known to be live. */
  boolean isDoubtful() {
    return doubtful && hasHolders() && !lane.getWaitingList().isEmpty();
  }

  /** From now on it is being found out which of the present runs have ended. */
  void beginCheck() {
    doubtful = false;
    checking = true;
  }

  /**
   * @param holdersMayBeGone whether it could not be found out
   */
  void endCheck(boolean holdersMayBeGone) {
    doubtful |= holdersMayBeGone;
    checking = false;
  }

  void configure(LaneConfig config) {
    if (config.getRevision() > lane.getConfig().getRevision()) {
      lane.setConfig(config);
      if (config.getPolicy() != LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL) {
        lane.clearBlock();
      }
    }
  }

  void enter(String runId, Timestamp createdAt) {
    if (find(lane.getHoldersList(), runId) >= 0) {
      reminders.add(runId);
      return;
    }
    int waiting = find(lane.getWaitingList(), runId);
    if (waiting >= 0) {
      lane.getWaitingBuilder(waiting).clearToldPlace();
      return;
    }
    List<LaneRun> runs = new ArrayList<>(lane.getWaitingList());
    runs.add(LaneRun.newBuilder().setRunId(runId).setCreatedAt(createdAt).build());
    runs.sort(ORDER);
    lane.clearWaiting().addAllWaiting(runs);
    doubtful = true;
  }

  /** Does nothing for a run that the lane does not have. */
  void leave(LaneExit exit, Timestamp now) {
    boolean held = find(lane.getHoldersList(), exit.getRunId()) >= 0;
    forget(exit.getRunId());
    if (held && policy() == LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL && blocks(exit.getOutcome())) {
      lane.setBlock(
          LaneBlock.newBuilder()
              .setRunId(exit.getRunId())
              .setOutcome(exit.getOutcome())
              .setSince(now));
    }
  }

  /**
   * Removes a run that has ended before it did anything in its slot: it does not block the lane.
   */
  void forget(String runId) {
    int waiting = find(lane.getWaitingList(), runId);
    if (waiting >= 0) {
      lane.removeWaiting(waiting);
    }
    int holder = find(lane.getHoldersList(), runId);
    if (holder >= 0) {
      lane.removeHolders(holder);
    }
  }

  boolean isBlocked() {
    return lane.hasBlock();
  }

  void unblock() {
    lane.clearBlock();
  }

  /** The next move, which is already part of the state when it is returned. */
  Optional<LaneMove> next(Timestamp now) {
    reminders.removeIf(runId -> find(lane.getHoldersList(), runId) < 0);
    if (!reminders.isEmpty()) {
      String runId = reminders.iterator().next();
      reminders.remove(runId);
      return Optional.of(new LaneMove.Admit(runId));
    }
    int waiting = lane.getWaitingCount();
    if (waiting == 0) {
      return Optional.empty();
    }
    return switch (policy()) {
      case LANE_POLICY_PARALLEL, LANE_POLICY_SEQUENTIAL, LANE_POLICY_STRICT_SEQUENTIAL -> {
        if (!lane.hasBlock() && lane.getHoldersCount() < slots()) {
          yield admit(0, now);
        }
        yield waiting > MOST_WAITING
            ? dismissWaiting(waiting - 1, MOST_WAITING + " runs wait already")
            : Optional.empty();
      }
      case LANE_POLICY_FIRST_ONLY -> {
        if (!hasHolders()) {
          yield admit(0, now);
        }
        yield doubtful || checking
            ? Optional.empty()
            : dismissWaiting(0, "run " + lane.getHolders(0).getRunId() + " runs");
      }
      case LANE_POLICY_LAST_ONLY -> {
        if (waiting > 1) {
          yield dismissWaiting(0, "run " + newest().getRunId() + " is newer");
        }
        yield hasHolders() ? replaceHolders() : admit(0, now);
      }
      case LANE_POLICY_SERIAL_LATEST_ONLY -> {
        if (waiting > 1) {
          yield dismissWaiting(0, "run " + newest().getRunId() + " is newer");
        }
        if (!hasHolders()) {
          yield admit(0, now);
        }
        yield newerHolder().flatMap(holder -> dismissWaiting(0, "run " + holder + " is newer"));
      }
      case LANE_POLICY_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  /**
   * The next waiting run, up to {@code most}, whose place has changed since it was told; with its
   * new place, which counts as told.
   */
  Optional<LaneRun> nextToTell(int most) {
    for (int index = 0; index < Math.min(most, lane.getWaitingCount()); index++) {
      LaneRun.Builder run = lane.getWaitingBuilder(index);
      if (run.getToldPlace() != index + 1) {
        return Optional.of(run.setToldPlace(index + 1).build());
      }
    }
    return Optional.empty();
  }

  private Optional<LaneMove> admit(int index, Timestamp now) {
    LaneRun run = lane.getWaiting(index);
    lane.removeWaiting(index);
    lane.addHolders(run.toBuilder().clearToldPlace().setAdmittedAt(now));
    return Optional.of(new LaneMove.Admit(run.getRunId()));
  }

  private Optional<LaneMove> dismissWaiting(int index, String reason) {
    String runId = lane.getWaiting(index).getRunId();
    lane.removeWaiting(index);
    return Optional.of(new LaneMove.Dismiss(runId, because(reason)));
  }

  private Optional<LaneMove> replaceHolders() {
    Optional<String> newer = newerHolder();
    if (newer.isPresent()) {
      return dismissWaiting(0, "run " + newer.get() + " is newer");
    }
    for (LaneRun.Builder holder : lane.getHoldersBuilderList()) {
      if (!holder.getCancelling()) {
        holder.setCancelling(true);
        return Optional.of(
            new LaneMove.Dismiss(
                holder.getRunId(), because("run " + newest().getRunId() + " is newer")));
      }
    }
    return Optional.empty();
  }

  /** A run with a slot that was created after all runs that wait. */
  private Optional<String> newerHolder() {
    return lane.getHoldersList().stream()
        .filter(holder -> ORDER.compare(holder, newest()) > 0)
        .map(LaneRun::getRunId)
        .findFirst();
  }

  private LaneRun newest() {
    return lane.getWaiting(lane.getWaitingCount() - 1);
  }

  private String because(String reason) {
    return "cancelled by lane "
        + lane.getConfig().getName()
        + ", whose policy is "
        + EnumText.shortName(policy())
        + ": "
        + reason;
  }

  private LanePolicy policy() {
    return lane.getConfig().getPolicy();
  }

  private int slots() {
    return policy() == LanePolicy.LANE_POLICY_PARALLEL
        ? Math.max(1, lane.getConfig().getParallelism())
        : 1;
  }

  private static boolean blocks(LaneOutcome outcome) {
    return switch (outcome) {
      case LANE_OUTCOME_SUCCEEDED, LANE_OUTCOME_CANCELLED -> false;
      case LANE_OUTCOME_FAILED, LANE_OUTCOME_UNKNOWN, LANE_OUTCOME_UNSPECIFIED, UNRECOGNIZED ->
          true;
    };
  }

  private static int find(List<LaneRun> runs, String runId) {
    for (int index = 0; index < runs.size(); index++) {
      if (runs.get(index).getRunId().equals(runId)) {
        return index;
      }
    }
    return -1;
  }
}
