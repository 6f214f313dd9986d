package io.retort.control;

import com.google.protobuf.util.Durations;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.v1.StoreServiceGrpc;
import io.retort.v1.SweepStoreRequest;
import io.retort.v1.SweepStoreResponse;
import io.retort.v1.SweepTotals;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API of the store. Runs one sweep at a time, because two would report each other's items. */
final class StoreServiceImpl extends StoreServiceGrpc.StoreServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(StoreServiceImpl.class);

  private final StoreSweeper sweeper;

  /** Refuses a second sweep, which would block one of the API's threads. */
  private final Semaphore sweeping = new Semaphore(1);

  StoreServiceImpl(StoreSweeper sweeper) {
    this.sweeper = sweeper;
  }

  @Override
  public void sweepStore(SweepStoreRequest request, StreamObserver<SweepStoreResponse> observer) {
    if (!sweeping.tryAcquire()) {
      observer.onError(
          Status.FAILED_PRECONDITION
              .withDescription("a sweep is running (expected: one at a time; wait for its end)")
              .asRuntimeException());
      return;
    }
    try {
      sweep(request, observer);
    } finally {
      sweeping.release();
    }
  }

  private void sweep(SweepStoreRequest request, StreamObserver<SweepStoreResponse> observer) {
    // The duration depends on the size of the store.
    ServiceRequestContext.current().clearRequestTimeout();
    try {
      if (!request.hasOlderThan() || Durations.isNegative(request.getOlderThan())) {
        throw ApiErrors.invalid(
            "older_than",
            Durations.toString(request.getOlderThan()) + " (expected: set, and not negative)");
      }
      SweepTotals totals =
          sweeper.sweep(
              Duration.ofMillis(Durations.toMillis(request.getOlderThan())),
              request.getDelete(),
              item -> observer.onNext(SweepStoreResponse.newBuilder().setItem(item).build()));
      observer.onNext(SweepStoreResponse.newBuilder().setTotals(totals).build());
      observer.onCompleted();
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    } catch (RuntimeException e) {
      LOG.error("a sweep failed", e);
      observer.onError(
          Status.INTERNAL
              .withDescription("the control plane failed; its log says why")
              .withCause(e)
              .asRuntimeException());
    }
  }
}
