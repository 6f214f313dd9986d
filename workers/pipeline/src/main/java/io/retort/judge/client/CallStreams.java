package io.retort.judge.client;

import io.retort.v1.JudgeServiceGrpc.JudgeServiceStub;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The streams over which calls are made. Calls take turns on several streams, which the channel
 * distributes over the healthy workers. A stream takes calls for a few seconds only, so that calls
 * follow workers that come and go.
 *
 * <p>Thread-safe.
 */
final class CallStreams {
  private static final int FEWEST = 8;
  private static final Duration TAKES_CALLS_FOR = Duration.ofSeconds(5);
  private static final Duration UNSUPPORTED_FOR = Duration.ofMinutes(1);
  // The deadline of a call comes first, and is reported by the worker.
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final JudgeServiceStub stub;
  private final Duration deadline;
  private final List<Slot> slots;
  private final AtomicInteger next = new AtomicInteger();
  private volatile long unsupportedSince;
  private volatile boolean unsupported;

  /**
   * @param deadline of each call
   * @param workers number of workers, as far as it is known
   */
  CallStreams(JudgeServiceStub stub, Duration deadline, int workers) {
    this.stub = stub;
    this.deadline = deadline;
    slots = Stream.generate(Slot::new).limit(Math.max(FEWEST, 2 * workers)).toList();
  }

  /** Sends a call. Does not block; a failure is reported to the call. */
  void start(OpenCall call) {
    slots.get(Math.floorMod(next.getAndIncrement(), slots.size())).start(call);
  }

  /** Whether workers have streams, as far as it is known. */
  boolean areSupported() {
    return !unsupported || System.nanoTime() - unsupportedSince >= UNSUPPORTED_FOR.toNanos();
  }

  /** Reports a worker of an earlier version. */
  void areNotSupported() {
    unsupportedSince = System.nanoTime();
    unsupported = true;
  }

  /** A stream, and its successors. */
  private final class Slot {
    private @Nullable CallStream stream;

    synchronized void start(OpenCall call) {
      CallStream current = stream;
      if (current == null || !current.start(call)) {
        current =
            CallStream.open(
                stub.withDeadlineAfter(
                    deadline.plus(TAKES_CALLS_FOR).plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS),
                deadline,
                TAKES_CALLS_FOR);
        stream = current;
        current.startOrFail(call);
      }
    }
  }
}
