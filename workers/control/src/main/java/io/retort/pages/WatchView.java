package io.retort.pages;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.retort.report.Figures;
import io.retort.v1.Trigger;
import io.retort.v1.WatchStatus;
import io.retort.v1.WatchedDataSource;
import java.util.Optional;

/**
 * What a trigger watches, and what the last look has found.
 *
 * @param pattern "*.jsonl"; empty for all that training data can be
 * @param rhythm how often it looks, and how long files must be quiet
 * @param lookedAt empty before the first look
 * @param files how many there are; empty before the first look
 * @param waiting new files that have not fired yet; empty where there are none
 */
public record WatchView(
    String location,
    String pattern,
    String rhythm,
    String lookedAt,
    String lookedAtMachine,
    String files,
    String waiting) {
  private static final Duration DEFAULT = Durations.fromSeconds(60);

  /** Empty for a trigger that watches nothing. */
  static Optional<WatchView> of(Trigger trigger) {
    if (!trigger.getConfig().hasWatchedData()) {
      return Optional.empty();
    }
    WatchedDataSource source = trigger.getConfig().getWatchedData();
    WatchStatus status = trigger.getWatch();
    return Optional.of(
        new WatchView(
            source.getUri(),
            source.getPattern(),
            "every "
                + seconds(source.hasPollInterval() ? source.getPollInterval() : DEFAULT)
                + ", fires after "
                + seconds(source.hasQuietPeriod() ? source.getQuietPeriod() : DEFAULT)
                + " without a change",
            Times.shown(status.getLookedAt()),
            Times.machine(status.getLookedAt()),
            status.hasLookedAt()
                ? Figures.count(status.getFiles()) + ", " + Figures.mebibytes(status.getBytes())
                : "",
            status.getNewFiles() == 0
                ? ""
                : Figures.count(status.getNewFiles())
                    + ", last changed "
                    + Times.shown(status.getChangedAt())));
  }

  private static String seconds(Duration duration) {
    return Figures.duration(Durations.toMillis(duration) / 1e3);
  }
}
