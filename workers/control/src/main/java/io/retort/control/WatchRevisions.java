package io.retort.control;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.protobuf.CodedOutputStream;
import io.retort.v1.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Numbers the states of watched runs. Revisions follow the clock, so that those of a restarted
 * control plane are above those before; that of a run which looks as before stays, so that a
 * watcher who comes back receives nothing twice. Thread-safe.
 */
final class WatchRevisions {
  private static final int MOST_RUNS = 10_000;

  /** A client's revision may be ahead by as much as two clocks differ. */
  private static final long MOST_AHEAD_MILLIS = 86_400_000;

  private final LongSupplier millis;
  private final Map<String, Seen> seen =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
          return size() > MOST_RUNS;
        }
      };

  /**
   * @param millis since the epoch
   */
  WatchRevisions(LongSupplier millis) {
    this.millis = millis;
  }

  private record Seen(HashCode content, long revision) {}

  /** The revision of this state of the run. */
  synchronized long of(Run run) {
    HashCode content = content(run);
    Seen before = seen.get(run.getRunId());
    if (before != null && before.content().equals(content)) {
      return before.revision();
    }
    long next = Math.max(millis.getAsLong(), before == null ? 1 : before.revision() + 1);
    seen.put(run.getRunId(), new Seen(content, next));
    return next;
  }

  /**
   * The next revision of the run will be above one that a client has from another control plane.
   * Throws INVALID_ARGUMENT for a revision that no control plane can have given.
   */
  synchronized void surpass(String runId, long revision) {
    if (revision < 0 || revision > millis.getAsLong() + MOST_AHEAD_MILLIS) {
      throw ApiErrors.invalid(
          "after_revision", revision + " (expected: revision of an earlier answer, or 0)");
    }
    Seen before = seen.get(runId);
    if (revision > (before == null ? millis.getAsLong() : before.revision())) {
      seen.put(runId, new Seen(HashCode.fromInt(0), revision));
    }
  }

  /** Equal for equal messages, also those with maps. */
  private static HashCode content(Run run) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(run.getSerializedSize());
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      run.writeTo(output);
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Hashing.sha256().hashBytes(bytes.toByteArray());
  }
}
