package io.retort.control;

import io.grpc.StatusRuntimeException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All runs at one time.
 *
 * @param runs newest first, without deleted ones
 * @param revision of the last change, never less than that of an earlier snapshot
 * @param since the revision from which on every change has one; those before are of other processes
 * @param fault why runs that Temporal no longer has may be missing
 */
record RunSnapshot(
    List<IndexedRun> runs, long revision, long since, Optional<StatusRuntimeException> fault) {
  static final Comparator<IndexedRun> NEWEST_FIRST =
      Comparator.comparingLong(IndexedRun::createdMillis)
          .reversed()
          .thenComparing(IndexedRun::runId);
}
