package io.retort.run;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Count;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSummary;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The events of a run as lines of a log: what differs between two of its records. A record that is
 * written twice adds no line twice.
 */
final class RunEvents {
  /** In bytes; the events of a run need some kilobytes. */
  static final int LARGEST = 1 << 20;

  private static final int LONGEST_LINE = 2000;
  private static final int STAMP_CHARACTERS = "2026-01-01T00:00:00Z".length();

  private final Clock clock;

  RunEvents(Clock clock) {
    this.clock = clock;
  }

  /**
   * The log with what is new; empty if nothing is, or the log is full.
   *
   * @param before the earlier record, or the default instance
   */
  Optional<byte[]> added(Optional<byte[]> log, Run before, Run run) {
    String written = log.map(bytes -> new String(bytes, StandardCharsets.UTF_8)).orElse("");
    List<String> lines = new ArrayList<>(written.lines().toList());
    int known = lines.size();
    for (String line : lines(before, run)) {
      if (!lines.contains(line) && !repeatsLast(lines, line)) {
        lines.add(line);
      }
    }
    if (lines.size() == known) {
      return Optional.empty();
    }
    byte[] next = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    return next.length > LARGEST ? Optional.empty() : Optional.of(next);
  }

  /** Events without a time of their own are stamped anew when they are written again. */
  private static boolean repeatsLast(List<String> lines, String line) {
    return !lines.isEmpty() && text(lines.get(lines.size() - 1)).equals(text(line));
  }

  private static String text(String line) {
    return line.length() < STAMP_CHARACTERS ? line : line.substring(STAMP_CHARACTERS);
  }

  private List<String> lines(Run before, Run run) {
    List<String> lines = new ArrayList<>();
    if (before.getRunId().isEmpty()) {
      lines.add(
          line(
              run.getCreatedAt(),
              "INFO",
              "created" + (run.getCreatedBy().isEmpty() ? "" : " by " + run.getCreatedBy())));
    }
    for (int index = 0; index < run.getStagesCount(); index++) {
      StageProgress earlier =
          index < before.getStagesCount()
              ? before.getStages(index)
              : StageProgress.getDefaultInstance();
      addStage(earlier, run.getStages(index), run.getSummary(), lines);
    }
    if (run.hasBudget() && before.hasBudget() && run.getBudget() != before.getBudget()) {
      lines.add(
          line(now(), "INFO", "budget " + before.getBudget() + " becomes " + run.getBudget()));
    }
    if (run.hasPause() && !run.getPause().equals(before.getPause())) {
      lines.add(line(now(), "WARNING", "paused: " + run.getPause().getMessage()));
    }
    addPhase(before, run, lines);
    return lines;
  }

  private void addPhase(Run before, Run run, List<String> lines) {
    if (before.getPhase() == run.getPhase()) {
      return;
    }
    switch (run.getPhase()) {
      case RUN_PHASE_RUNNING -> {
        if (before.getPhase() == RunPhase.RUN_PHASE_PAUSED) {
          lines.add(line(now(), "INFO", "resumed"));
        }
      }
      case RUN_PHASE_AWAITING_APPROVAL -> lines.add(line(now(), "INFO", "awaits approval"));
      case RUN_PHASE_SUCCEEDED, RUN_PHASE_CANCELLED ->
          lines.add(line(run.getFinishedAt(), "INFO", EnumText.shortName(run.getPhase())));
      case RUN_PHASE_FAILED ->
          lines.add(
              line(
                  run.getFinishedAt(),
                  "ERROR",
                  "FAILED: "
                      + EnumText.shortName(run.getFailure().getCategory())
                      + "/"
                      + run.getFailure().getType()
                      + ": "
                      + run.getFailure().getMessage()));
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_PAUSED,
          UNRECOGNIZED -> {}
    }
  }

  private static void addStage(
      StageProgress before, StageProgress stage, RunSummary summary, List<String> lines) {
    String name = EnumText.words(stage.getStage());
    if (!before.hasStartedAt() && stage.hasStartedAt()) {
      lines.add(line(stage.getStartedAt(), "INFO", name + " begins"));
    }
    if (before.hasFinishedAt() || !stage.hasFinishedAt()) {
      return;
    }
    String reused =
        stage.getReuse() == StageReuse.STAGE_REUSE_HIT
            ? " (HIT, made by " + stage.getMadeByRunId() + ")"
            : "";
    lines.add(
        line(
            stage.getFinishedAt(),
            stage.getPhase() == RunPhase.RUN_PHASE_FAILED ? "ERROR" : "INFO",
            name
                + " "
                + EnumText.shortName(stage.getPhase())
                + reused
                + ": "
                + stage.getDone()
                + " "
                + stage.getUnit()
                + (stage.getDetail().isEmpty() ? "" : ", " + stage.getDetail())));
    switch (stage.getStage()) {
      case STAGE_INGEST ->
          addRefused(
              stage,
              summary.getIngest().getQuarantined(),
              summary.getIngest().getQuarantineReasonsList(),
              summary.getIngest().getQuarantine(),
              lines);
      case STAGE_CURATE ->
          addRefused(
              stage,
              summary.getCuration().getQuarantined(),
              summary.getCuration().getReasonsList(),
              summary.getCuration().getRecords(),
              lines);
      case STAGE_UNSPECIFIED,
          STAGE_SFT,
          STAGE_PAIR,
          STAGE_COGPO,
          STAGE_EVALUATE,
          STAGE_RELEASE,
          STAGE_EXPORT,
          UNRECOGNIZED -> {}
    }
  }

  /** Where to look up why rows were refused. */
  private static void addRefused(
      StageProgress stage,
      long rows,
      List<Count> reasons,
      ArtifactRef records,
      List<String> lines) {
    if (rows > 0) {
      lines.add(
          line(
              stage.getFinishedAt(),
              "WARNING",
              EnumText.words(stage.getStage())
                  + ": "
                  + rows
                  + " rows are quarantined; by reason: "
                  + reasons.stream()
                      .map(reason -> reason.getName() + " " + reason.getCount())
                      .collect(Collectors.joining(", "))
                  + (records.getUri().isEmpty() ? "" : "; row by row: " + records.getUri())));
    }
  }

  private Timestamp now() {
    return Timestamps.fromMillis(clock.millis());
  }

  private static String line(Timestamp at, String level, String text) {
    String stamp = Timestamps.toString(Timestamp.newBuilder().setSeconds(at.getSeconds()).build());
    String single = text.replaceAll("\\R", " ");
    return stamp
        + " "
        + level
        + " "
        + (single.length() > LONGEST_LINE ? single.substring(0, LONGEST_LINE) + "..." : single);
  }
}
