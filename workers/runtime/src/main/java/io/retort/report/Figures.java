package io.retort.report;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.evaluation.Points;
import io.retort.v1.Approval;
import io.retort.v1.CacheStatus;
import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.Count;
import io.retort.v1.GateResult;
import io.retort.v1.PassAtK;
import io.retort.v1.RunPhase;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import java.util.List;
import java.util.Locale;

/** Formats numbers and names for people, in the same way in all tables and reports. */
public final class Figures {
  private static final int SECONDS_PER_MINUTE = 60;
  private static final int SECONDS_PER_HOUR = 3600;

  /** {@code 1,234}. */
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** {@code 36.1 %} for a share from 0 to 1. */
  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** {@link #percent(double)} of a part of a total; empty if the total is 0. */
  public static String share(long part, long all) {
    return all == 0 ? "" : percent((double) part / all);
  }

  /** Every k for which one of the scores has a pass@k, ascending. */
  public static List<Integer> ks(List<Score> scores) {
    return scores.stream()
        .flatMap(score -> score.getPassAtKList().stream())
        .map(PassAtK::getK)
        .distinct()
        .sorted()
        .toList();
  }

  /** {@code 36.1 % (24.0-48.2)}: the value and its interval. */
  public static String percent(PassAtK score) {
    return String.format(
        Locale.ROOT,
        "%s (%.1f-%.1f)",
        percent(score.getValue()),
        100 * score.getLow(),
        100 * score.getHigh());
  }

  /** {@code 64}, or {@code 488 of 500} if problems of the benchmark could not be read. */
  public static String coverage(Score score) {
    return score.getProblemsExpected() > score.getProblems()
        ? count(score.getProblems()) + " of " + count(score.getProblemsExpected())
        : count(score.getProblems());
  }

  /** cons@k with all answers; a hyphen if answers cannot be voted on. */
  public static String consensus(Score score) {
    boolean old = score.getCurveCount() == 0;
    return old || score.getConsAtKCount() > 0 ? percent(score.getMajorityVote()) : "-";
  }

  /** {@code +12.5 [4.1, 20.3]}: a paired difference in points with its interval. */
  public static String points(Comparison comparison) {
    return String.format(
        Locale.ROOT,
        "%+.1f [%.1f, %.1f]",
        points(comparison.getDifference()),
        points(comparison.getLow()),
        points(comparison.getHigh()));
  }

  /** A share from -1 to 1 in points, rounded to one digit; 0 has no sign. */
  public static double points(double share) {
    return Points.of(share);
  }

  /** {@code not worse}. */
  public static String name(ComparisonVerdict verdict) {
    return EnumText.words(verdict);
  }

  /** The gate's decision on the alias. */
  public static String gate(GateResult gate) {
    String decided =
        switch (gate.getAction()) {
          case GATE_ACTION_HOLD -> "held: published, and the alias stays where it is";
          case GATE_ACTION_ASK -> "asks: published, and the alias stays until a person has decided";
          case GATE_ACTION_RELEASE,
              GATE_ACTION_RELEASE_STAGE_1,
              GATE_ACTION_UNSPECIFIED,
              UNRECOGNIZED ->
              "passed";
        };
    return gate.getModel().equals("stage-1")
        ? decided + "; the stage-1 model in place of the stage-2 model"
        : decided;
  }

  /** Who has decided or may decide that the alias moves, and why. */
  public static String approval(Approval approval) {
    String who = approval.getActor() + " on " + second(approval.getDecidedAt());
    String why = approval.getNote().isEmpty() ? "" : ": " + approval.getNote();
    return switch (approval.getState()) {
      case APPROVAL_STATE_WAITING -> "awaited until " + second(approval.getDeadline());
      case APPROVAL_STATE_APPROVED -> "approved by " + who + why;
      case APPROVAL_STATE_REJECTED -> "rejected by " + who + why;
      case APPROVAL_STATE_EXPIRED -> "nobody decided before " + second(approval.getDeadline());
      case APPROVAL_STATE_WITHDRAWN -> "the run ended before anybody decided";
      case APPROVAL_STATE_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }

  private static String second(Timestamp time) {
    return Timestamps.toString(Timestamps.fromSeconds(time.getSeconds()));
  }

  /** Whole MiB, for example {@code 1,234 MiB}. */
  public static String mebibytes(long bytes) {
    return count(Math.round(bytes / (double) (1 << 20))) + " MiB";
  }

  public static String loss(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** {@code 0.4 s}, {@code 12 s}, {@code 3 min 20 s} or {@code 1 h 02 min}. */
  public static String duration(double seconds) {
    if (seconds < 9.95) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < SECONDS_PER_MINUTE) {
      return whole + " s";
    }
    if (whole < SECONDS_PER_HOUR) {
      return String.format(
          Locale.ROOT, "%d min %02d s", whole / SECONDS_PER_MINUTE, whole % SECONDS_PER_MINUTE);
    }
    return String.format(
        Locale.ROOT,
        "%d h %02d min",
        whole / SECONDS_PER_HOUR,
        whole % SECONDS_PER_HOUR / SECONDS_PER_MINUTE);
  }

  /** Seconds between the two times, never negative. */
  public static double seconds(Timestamp from, Timestamp to) {
    return Math.max(0, Durations.toNanos(Timestamps.between(from, to)) / 1e9);
  }

  /** {@code curate}. */
  public static String name(Stage stage) {
    return EnumText.words(stage);
  }

  /** {@code waiting for resources}. */
  public static String name(RunPhase phase) {
    return EnumText.words(phase);
  }

  /** {@code HIT}. */
  public static String name(CacheStatus status) {
    return EnumText.shortName(status);
  }

  /** A cost in the currency of the spec's prices: {@code 12.0345}. */
  public static String cost(double cost) {
    return String.format(Locale.ROOT, "%,.4f", cost);
  }

  /** The count with the given name, 0 if there is none; the name may have the enum's prefix. */
  public static long of(List<Count> counts, String name) {
    return counts.stream()
        .filter(count -> count.getName().equals(name) || count.getName().endsWith("_" + name))
        .mapToLong(Count::getCount)
        .sum();
  }

  /** The sum of all counts. */
  public static long total(List<Count> counts) {
    return counts.stream().mapToLong(Count::getCount).sum();
  }

  private Figures() {}
}
