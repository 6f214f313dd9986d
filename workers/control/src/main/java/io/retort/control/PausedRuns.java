package io.retort.control;

import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Paused runs with the reason, which Temporal's visibility does not list: it is in a run's record,
 * which follows its phase within a second.
 */
@SuppressWarnings("ReferenceEquality") // A listing makes a new object of a run that has changed.
final class PausedRuns {
  /**
   * In refreshes. A run that was resumed and paused again between two listings looks as before, but
   * may be paused for another reason.
   */
  private static final int READ_AGAIN_AFTER = 30;

  private final Map<String, Paused> paused = new ConcurrentHashMap<>();

  /**
   * @param listed as Temporal lists it, without a reason
   * @param shown the same with the reason
   * @param readAt number of the refresh that has read the record
   */
  private record Paused(Run listed, Run shown, int readAt) {}

  /** With the reason if the run looks as it did when its record was read; the same object then. */
  Run shown(Run listed) {
    Paused known = paused.get(listed.getRunId());
    return known != null && known.listed() == listed ? known.shown() : listed;
  }

  /**
   * With the reason of its record; the same object if the reason is the same.
   *
   * @param run as it is shown so far
   */
  Run shown(Run run, Run record, int refresh) {
    Paused known = paused.get(run.getRunId());
    Run listed = known != null && known.shown() == run ? known.listed() : run;
    if (record.getPhase() != RunPhase.RUN_PHASE_PAUSED) {
      // One of the two lags: the record is read again by the next refresh.
      Paused unused = paused.remove(run.getRunId());
      return listed;
    }
    Run shown =
        listed != run && run.getPause().equals(record.getPause())
            ? run
            : listed.toBuilder().setPause(record.getPause()).build();
    paused.put(run.getRunId(), new Paused(listed, shown, refresh));
    return shown;
  }

  /** Whether the record of a run must be read, because it is paused for a reason not known now. */
  boolean isDue(@Nullable Run run, int refresh) {
    if (run == null || run.getPhase() != RunPhase.RUN_PHASE_PAUSED) {
      return false;
    }
    Paused known = paused.get(run.getRunId());
    return known == null || known.shown() != run || refresh - known.readAt() >= READ_AGAIN_AFTER;
  }

  /** Forgets all other runs. */
  void keep(Collection<String> runIds) {
    paused.keySet().retainAll(runIds);
  }
}
