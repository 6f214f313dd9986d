package io.retort.control;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The client side of a stream. */
class FakeStream<T> extends ServerCallStreamObserver<T> {
  private static final long LIMIT_SECONDS = 30;

  volatile boolean cancelled;
  final List<T> told = new CopyOnWriteArrayList<>();
  private final Semaphore fresh = new Semaphore(0);
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();

  /** Waits for this many messages that nobody has waited for. */
  void awaitMessages(int count) throws InterruptedException {
    if (!fresh.tryAcquire(count, LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("only these were told: " + told);
    }
  }

  void awaitEnd() throws Exception {
    end.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(T message) {
    told.add(message);
    fresh.release();
  }

  @Override
  public void onError(Throwable thrown) {
    end.completeExceptionally(thrown);
  }

  @Override
  public void onCompleted() {
    end.complete(true);
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {}

  @Override
  public void setOnCancelHandler(Runnable handler) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  @Deprecated
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}
}
