package io.retort.control;

import io.grpc.stub.ServerCallStreamObserver;
import io.retort.v1.Run;
import io.retort.v1.WatchRunResponse;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The client side of a watch. */
final class FakeWatcher extends ServerCallStreamObserver<WatchRunResponse> {
  private static final long LIMIT_SECONDS = 30;

  volatile boolean ready = true;
  volatile boolean cancelled;

  /** Whether the stream throws on every message. */
  volatile boolean broken;

  final List<Run> told = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Run> fresh = new LinkedBlockingQueue<>();
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();

  Run next() throws Exception {
    Run run = fresh.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    if (run == null) {
      throw new AssertionError("nothing was told");
    }
    return run;
  }

  void awaitEnd() throws Exception {
    end.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(WatchRunResponse response) {
    if (broken) {
      throw new IllegalStateException("the stream is closed");
    }
    told.add(response.getRun());
    fresh.add(response.getRun());
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
    return ready;
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
