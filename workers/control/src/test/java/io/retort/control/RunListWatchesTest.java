package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunListWatchesTest {
  private static final int WATCHERS = 500;

  private volatile Supplier<RunSnapshot> state = () -> snapshot(101);
  private final AtomicInteger looks = new AtomicInteger();
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
  private final RunListWatches watches =
      new RunListWatches(
          () -> {
            looks.incrementAndGet();
            return state.get();
          },
          executor,
          Duration.ofMillis(1));

  @AfterEach
  void stop() {
    watches.close();
    executor.shutdownNow();
  }

  @Test
  void manyWatchersLookNoMoreOftenThanOne() throws Exception {
    CountDownLatch allThere = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    state =
        () -> {
          awaitQuietly(
              looks.get() == 1 ? allThere : looks.get() == 2 ? new CountDownLatch(0) : done);
          return snapshot(102);
        };
    List<FakeListWatcher> all = new ArrayList<>();
    for (int number = 0; number < WATCHERS; number++) {
      FakeListWatcher watcher = new FakeListWatcher();
      all.add(watcher);
      watches.add(WatchRunsRequest.getDefaultInstance(), watcher);
    }
    allThere.countDown();
    for (FakeListWatcher watcher : all) {
      watcher.awaitMessages(3);
    }
    // Those who came during the first look were served by the second.
    assertThat(looks.get()).isBetween(1, 3);
    done.countDown();
    assertThat(all).allSatisfy(watcher -> assertThat(watcher.told).hasSize(3));
  }

  @Test
  void looksNoMoreWhenNobodyWatches() throws Exception {
    FakeListWatcher watcher = new FakeListWatcher();
    watches.add(WatchRunsRequest.getDefaultInstance(), watcher);
    watcher.awaitMessages(3);
    watcher.cancelled = true;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (watches.count() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(watches.count()).isZero();
    FakeListWatcher later = new FakeListWatcher();
    watches.add(WatchRunsRequest.getDefaultInstance(), later);
    later.awaitMessages(3);
  }

  @Test
  void aRefusalOfTemporalEndsTheStreams() {
    FakeListWatcher watcher = new FakeListWatcher();
    state =
        () -> {
          throw Status.FAILED_PRECONDITION.asRuntimeException();
        };
    watches.add(WatchRunsRequest.getDefaultInstance(), watcher);
    assertThatThrownBy(watcher::awaitEnd)
        .hasCauseInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("FAILED_PRECONDITION");
  }

  @Test
  void refusesFiltersThatAreNone() {
    assertThatThrownBy(
            () ->
                watches.add(
                    WatchRunsRequest.newBuilder().setFilter("phase").build(),
                    new FakeListWatcher()))
        .hasMessageContaining("filter: at 6");
  }

  private static RunSnapshot snapshot(long revision) {
    IndexedRun run =
        IndexedRun.of(
            Run.newBuilder().setRunId("a").setPhase(RunPhase.RUN_PHASE_RUNNING).build(), revision);
    return new RunSnapshot(List.of(run), revision, 100, Optional.empty());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The client side of a watch of the list. */
  private static final class FakeListWatcher extends FakeStream<WatchRunsResponse> {}
}
