package io.retort.judge.admission;

import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.v1.FailureCategory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory of all unanswered requests of a worker. A request that does not fit is refused
 * on arrival, so that its caller keeps the row and calls again. Thread-safe.
 */
public final class RequestMemory {
  // The rest of the heap is for answers, connections and garbage that is not collected yet.
  private static final int SHARE_OF_HEAP = 4;
  // Objects of a call besides its texts.
  private static final long CALL_BYTES = 2L << 10;
  // The request, and the prompt that is built from it.
  private static final int COPIES = 2;
  private static final long RETRY_MILLIS = 1_000;

  private final long capacity;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param capacity in bytes
   */
  public RequestMemory(long capacity) {
    this.capacity = capacity;
  }

  /** A quarter of the largest heap of this process. */
  public static RequestMemory ofHeap() {
    return new RequestMemory(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP);
  }

  /**
   * Reserves the memory of one request until it is closed.
   *
   * @param requestBytes serialized size of the request
   * @param modelCalls that the request leads to at the same time, at least 1; each has its own body
   *     while it is in flight
   * @throws JudgeException RESOURCE_EXHAUSTED when other requests hold the memory;
   *     FAILED_PRECONDITION when the request exceeds all of it
   */
  public Reservation reserve(long requestBytes, int modelCalls) {
    long bytes = CALL_BYTES + requestBytes * (COPIES + modelCalls);
    if (bytes > capacity) {
      throw JudgeException.refused(
          FailureCategory.FAILURE_CATEGORY_RESOURCE,
          FailureType.REQUEST_TOO_LARGE,
          "judge worker: a request of "
              + requestBytes
              + " bytes with "
              + modelCalls
              + " model calls needs "
              + bytes
              + " bytes of memory (expected: at most "
              + capacity
              + ", a quarter of the heap; raise -Xmx of the judge worker or ask for fewer samples)");
    }
    long before;
    do {
      before = held.get();
      if (before + bytes > capacity) {
        throw JudgeException.overloaded(
            "judge worker: its unanswered requests hold "
                + before
                + " bytes of memory, and this one needs "
                + bytes
                + " (expected: at most "
                + capacity
                + " together, a quarter of the heap; lower the concurrency of the callers, or raise"
                + " -Xmx or the number of judge workers)",
            RETRY_MILLIS);
      }
    } while (!held.compareAndSet(before, before + bytes));
    return new Reservation(bytes);
  }

  /** Bytes reserved now. */
  public long held() {
    return held.get();
  }

  /** Memory that one request holds. */
  public final class Reservation implements AutoCloseable {
    private final long bytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Reservation(long bytes) {
      this.bytes = bytes;
    }

    /** Returns the memory, once. */
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        held.addAndGet(-bytes);
      }
    }
  }
}
