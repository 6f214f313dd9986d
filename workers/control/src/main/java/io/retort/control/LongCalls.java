package io.retort.control;

import io.grpc.Status;
import io.retort.v1.FailureCategory;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Calls that wait for a workflow: few at once, so that the threads of the API stay free. */
final class LongCalls {
  private static final int MOST = 4;

  private final Semaphore slots = new Semaphore(MOST);

  /** Throws RESOURCE_EXHAUSTED while as many are under way as may be. */
  <T> T run(String what, Supplier<T> call) {
    if (!slots.tryAcquire()) {
      throw ApiErrors.failure(
          Status.Code.RESOURCE_EXHAUSTED,
          FailureCategory.FAILURE_CATEGORY_PLATFORM,
          "TOO_MANY_LONG_CALLS",
          what + ": " + MOST + " plans and comparisons are under way (try again in some seconds)",
          null);
    }
    try {
      return call.get();
    } finally {
      slots.release();
    }
  }
}
