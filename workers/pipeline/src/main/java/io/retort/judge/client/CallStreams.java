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
 * distributes over the healthy workers. A stream takes calls for a second only, so that calls
 * follow workers that come and go.
 *
 * <p>Thread-safe.
 */
final class CallStreams {
  /** Streams for a single address, which may be the name of any number of workers. */
  private static final int FOR_A_NAME = 8;

  private static final Duration TAKES_CALLS_FOR = Duration.ofSeconds(1);
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
   * @param workers number of addresses
   */
  CallStreams(JudgeServiceStub stub, Duration deadline, int workers) {
    this.stub = stub;
    this.deadline = deadline;
    slots = Stream.generate(Slot::new).limit(workers == 1 ? FOR_A_NAME : 2L * workers).toList();
  }

  /** Sends a call. Does not block; a failure is reported to the call. */
  void start(OpenCall call) {
    // A row's next call, or the next row's, follows an answer: both go to the stream that answered,
    // which sends them together.
    CallStream answering = CallStream.answering();
    if (answering != null && answering.start(call)) {
      return;
    }
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

    void start(OpenCall call) {
      CallStream opened;
      synchronized (this) {
        if (stream != null && stream.start(call)) {
          return;
        }
        opened = open();
        stream = opened;
        if (opened.start(call)) {
          return;
        }
      }
      // Outside of the lock, because it runs whatever follows the call.
      call.fail(opened.cause());
    }

    private CallStream open() {
      Duration longest = deadline.plus(TAKES_CALLS_FOR).plus(MARGIN);
      return CallStream.open(
          stub.withDeadlineAfter(longest.toMillis(), TimeUnit.MILLISECONDS),
          deadline,
          TAKES_CALLS_FOR);
    }
  }
}
