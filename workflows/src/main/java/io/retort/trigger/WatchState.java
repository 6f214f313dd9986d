package io.retort.trigger;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.LookAtWatchedDataRequest;
import io.retort.v1.LookAtWatchedDataResponse;
import io.retort.v1.WatchConfig;
import io.retort.v1.WatchStatus;
import io.retort.v1.WatchedDataSource;
import io.retort.v1.WatchedTrigger;
import java.time.Duration;

/**
 * What a watch knows, and what follows from a look. Times are in ms since 1970. Not for several
 * threads at once.
 */
final class WatchState {
  private static final Duration POLL = Duration.ofSeconds(60);
  private static final Duration QUIET = Duration.ofSeconds(60);

  /** Between two looks at files that may be quiet. */
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  private static final int LONGEST_PROBLEM = 2000;

  private final WatchedTrigger.Builder state;

  /** Looks in a row that have found other new files than the one before. */
  private int changes;

  WatchState(WatchedTrigger initial) {
    state = initial.toBuilder();
    if (state.getSinceRevision() == 0) {
      state.setSinceRevision(state.getConfig().getRevision());
    }
  }

  WatchedTrigger snapshot() {
    return state.build();
  }

  boolean isPaused() {
    return state.getConfig().getPaused();
  }

  /** Names this watch; another location, for example, is another watch. */
  long sinceRevision() {
    return state.getSinceRevision();
  }

  /** Returns whether anything has changed. */
  boolean configure(WatchConfig config) {
    WatchConfig before = state.getConfig();
    if (config.getRevision() < before.getRevision() || config.equals(before)) {
      return false;
    }
    state.setConfig(config);
    if (begins(before.getSource(), config.getSource())) {
      // The first look of this watch deletes what the one before has stored.
      state
          .setSinceRevision(config.getRevision())
          .clearSeen()
          .clearFound()
          .clearNextSeen()
          .clearObsolete()
          .clearStatus()
          .clearProblem()
          .clearSkipped();
    }
    return true;
  }

  private static boolean begins(WatchedDataSource before, WatchedDataSource now) {
    return !before.getUri().equals(now.getUri())
        || !before.getPattern().equals(now.getPattern())
        || (now.getIncludeExisting() && !before.getIncludeExisting());
  }

  LookAtWatchedDataRequest look(long now) {
    LookAtWatchedDataRequest.Builder request =
        LookAtWatchedDataRequest.newBuilder()
            .setTrigger(state.getConfig().getTrigger())
            .setSource(state.getConfig().getSource())
            .setSinceRevision(state.getSinceRevision())
            .setSeen(state.getSeen())
            .addAllObsolete(state.getObsoleteList());
    if (!state.getFound().isEmpty() && untilQuiet(now).isZero()) {
      request.setExpected(state.getFound());
    }
    return request.build();
  }

  /** Takes over what a look of this watch has found; returns whether it is to be fired now. */
  boolean looked(LookAtWatchedDataRequest request, LookAtWatchedDataResponse response, long now) {
    boolean same = response.getFound().equals(state.getFound());
    WatchStatus.Builder status =
        WatchStatus.newBuilder()
            .setLookedAt(timestamp(now))
            .setFiles(response.getFiles())
            .setBytes(response.getBytes())
            .setNewFiles(response.getNewFiles());
    if (!response.getFound().isEmpty()) {
      status.setChangedAt(same ? state.getStatus().getChangedAt() : timestamp(now));
    }
    if (!same) {
      changes = state.getFound().isEmpty() ? 0 : changes + 1;
      discardNext();
      state.clearSkipped();
    }
    state
        .setSeen(response.getSeen())
        .setFound(response.getFound())
        .setStatus(status)
        .clearProblem()
        .clearObsolete();
    if (response.getNextSeen().isEmpty()) {
      return false;
    }
    state.setNextSeen(response.getNextSeen());
    return request.getExpected().equals(response.getFound());
  }

  FireWatchedRequest fire() {
    return FireWatchedRequest.newBuilder()
        .setConfig(state.getConfig())
        .setSinceRevision(state.getSinceRevision())
        .setFound(state.getFound())
        .setSkipped(state.getSkipped())
        .build();
  }

  /** The new files have fired, and are not new any more. */
  void fired() {
    discard(state.getSeen());
    discard(state.getFound());
    state.setSeen(state.getNextSeen()).clearFound().clearNextSeen().clearSkipped();
    state.getStatusBuilder().clearNewFiles().clearChangedAt();
  }

  /** A pause came before the run; the files stay new. */
  void skipped() {
    state.setSkipped(state.getSkipped() + 1);
  }

  void failed(String problem) {
    state.setProblem(problem.substring(0, Math.min(problem.length(), LONGEST_PROBLEM)));
  }

  /** Until the next look. */
  Duration untilNext(long now) {
    WatchedDataSource source = state.getConfig().getSource();
    Duration poll =
        source.hasPollInterval()
            ? Duration.ofMillis(Durations.toMillis(source.getPollInterval()))
            : POLL;
    // Files that are quiet already could not be fired, and wait.
    Duration quiet = state.getFound().isEmpty() ? Duration.ZERO : untilQuiet(now);
    if (quiet.isZero()) {
      return poll;
    }
    // Files that keep changing are looked at less and less often, down to the usual.
    Duration wait = quiet.compareTo(SHORTEST) < 0 ? SHORTEST : quiet;
    for (int change = 0; change < changes && wait.compareTo(poll) < 0; change++) {
      wait = wait.multipliedBy(2);
    }
    return wait.compareTo(poll) < 0 ? wait : poll;
  }

  private Duration untilQuiet(long now) {
    WatchedDataSource source = state.getConfig().getSource();
    long quiet =
        source.hasQuietPeriod() ? Durations.toMillis(source.getQuietPeriod()) : QUIET.toMillis();
    long since = now - Timestamps.toMillis(state.getStatus().getChangedAt());
    return Duration.ofMillis(Math.max(0, quiet - since));
  }

  private void discardNext() {
    if (!state.getNextSeen().isEmpty()) {
      discard(state.getNextSeen());
      discard(state.getFound());
      state.clearNextSeen();
    }
  }

  private void discard(String object) {
    if (!object.isEmpty()) {
      state.addObsolete(object);
    }
  }

  private static Timestamp timestamp(long millis) {
    return Timestamps.fromMillis(millis);
  }
}
