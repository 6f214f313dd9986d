package io.retort.cli;

import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.v1.FiringOutcome;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.WatchStatus;
import io.retort.v1.WatchedDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Triggers and firings for a terminal. */
final class TriggerText {
  static String line(Trigger trigger) {
    TriggerConfig config = trigger.getConfig();
    return String.format(
            "%-30s %-14s %-8s %s",
            config.getName(),
            source(config),
            trigger.hasPause() ? "paused" : trigger.getProblem().isEmpty() ? "" : "PROBLEM",
            trigger.hasLastFiring() ? outcome(trigger.getLastFiring()) : "never fired")
        .stripTrailing();
  }

  static String text(Trigger trigger) {
    TriggerConfig config = trigger.getConfig();
    List<String> lines = new ArrayList<>();
    lines.add(line(trigger));
    if (!config.getDescription().isEmpty()) {
      lines.add("  " + printable(config.getDescription()));
    }
    lines.add("  team      " + trigger.getTeam());
    lines.add(
        "  made      "
            + Timestamps.toString(trigger.getCreatedAt())
            + " by "
            + printable(trigger.getCreatedBy()));
    lines.add(
        "  revision  "
            + trigger.getRevision()
            + " of "
            + Timestamps.toString(trigger.getChangedAt())
            + " by "
            + printable(trigger.getChangedBy()));
    if (config.hasSchedule()) {
      lines.add("  times     " + config.getSchedule().getCron());
    }
    if (config.hasWatchedData()) {
      watch(trigger, lines);
    }
    if (trigger.hasNextTime()) {
      lines.add("  next      " + Timestamps.toString(trigger.getNextTime()));
    }
    if (trigger.getSkipped() > 0 || trigger.getMissed() > 0) {
      lines.add(
          "  left out  " + trigger.getSkipped() + " skipped, " + trigger.getMissed() + " missed");
    }
    if (trigger.hasPause()) {
      lines.add(
          "  paused    "
              + Timestamps.toString(trigger.getPause().getPausedAt())
              + " by "
              + printable(trigger.getPause().getPausedBy())
              + reason(trigger.getPause().getReason()));
    }
    if (!trigger.getProblem().isEmpty()) {
      lines.add("  PROBLEM   " + printable(trigger.getProblem()));
    }
    return String.join("\n", lines);
  }

  private static void watch(Trigger trigger, List<String> lines) {
    WatchedDataSource source = trigger.getConfig().getWatchedData();
    WatchStatus status = trigger.getWatch();
    lines.add(
        "  watches   "
            + printable(source.getUri())
            + (source.getPattern().isEmpty() ? "" : "  " + printable(source.getPattern())));
    if (status.hasLookedAt()) {
      lines.add(
          "  looked    "
              + Timestamps.toString(status.getLookedAt())
              + ": "
              + status.getFiles()
              + (status.getFiles() == 1 ? " file" : " files"));
    }
    if (status.getNewFiles() > 0) {
      lines.add(
          "  new       "
              + status.getNewFiles()
              + ", last changed "
              + Timestamps.toString(status.getChangedAt()));
    }
  }

  static String revision(Trigger trigger) {
    return trigger.getRevision()
        + "  "
        + Timestamps.toString(trigger.getChangedAt())
        + "  by "
        + printable(trigger.getChangedBy());
  }

  static String line(TriggerFiring firing) {
    return Timestamps.toString(firing.getFiredAt())
        + "  "
        + EnumText.shortName(firing.getCause()).toLowerCase(Locale.ROOT)
        + "  "
        + outcome(firing)
        + (firing.getDetail().isEmpty() ? "" : "  (" + printable(firing.getDetail()) + ")");
  }

  private static String outcome(TriggerFiring firing) {
    String name = EnumText.shortName(firing.getOutcome());
    if (firing.getOutcome() == FiringOutcome.FIRING_OUTCOME_LAUNCHED) {
      return name + " " + firing.getRunId();
    }
    return firing.getOutcome() == FiringOutcome.FIRING_OUTCOME_REFUSED
        ? name + ": " + printable(firing.getFailure().getMessage())
        : name + reason(firing.getReason());
  }

  private static String reason(String reason) {
    return reason.isEmpty() ? "" : ": " + printable(reason);
  }

  private static String source(TriggerConfig config) {
    return switch (config.getSourceCase()) {
      case SCHEDULE -> "schedule";
      case WATCHED_DATA -> "watched data";
      case WEBHOOK -> "webhook";
      case ALERTMANAGER -> "alertmanager";
      case SOURCE_NOT_SET -> "by hand";
    };
  }

  /** Characters of control would steer the terminal. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?");
  }

  private TriggerText() {}
}
