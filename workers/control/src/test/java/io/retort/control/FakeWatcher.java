package io.retort.control;

import io.retort.v1.Run;
import io.retort.v1.WatchRunResponse;
import java.util.List;

/** The client side of a watch. */
final class FakeWatcher extends FakeStream<WatchRunResponse> {
  volatile boolean ready = true;

  /** Whether the stream throws on every message. */
  volatile boolean broken;

  private int waitedFor;

  /** Waits for the next run. */
  Run next() throws InterruptedException {
    awaitMessages(1);
    return told.get(waitedFor++).getRun();
  }

  /** All runs so far. */
  List<Run> runs() {
    return told.stream().map(WatchRunResponse::getRun).toList();
  }

  @Override
  public void onNext(WatchRunResponse response) {
    if (broken) {
      throw new IllegalStateException("the stream is closed");
    }
    super.onNext(response);
  }

  @Override
  public boolean isReady() {
    return ready;
  }
}
