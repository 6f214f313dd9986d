package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.StageProgress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunWatchesTest {
  private volatile Supplier<Run> state = () -> at(1);
  private final AtomicInteger reads = new AtomicInteger();
  private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
  private final RunWatches watches =
      new RunWatches(
          runId -> {
            reads.incrementAndGet();
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
  void tellsEachChangeOnceAndEnds() throws Exception {
    FakeWatcher watcher = new FakeWatcher();
    watches.add("a", watcher);
    assertThat(watcher.next()).isEqualTo(at(1));
    state = () -> at(2);
    assertThat(watcher.next()).isEqualTo(at(2));
    state = RunWatchesTest::ended;
    assertThat(watcher.next()).isEqualTo(ended());
    watcher.awaitEnd();
    assertThat(watcher.runs()).hasSize(3);
  }

  @Test
  void tellsALateComerToo() throws Exception {
    FakeWatcher first = new FakeWatcher();
    FakeWatcher second = new FakeWatcher();
    watches.add("a", first);
    first.next();
    watches.add("a", second);
    assertThat(second.next()).isEqualTo(at(1));
    assertThat(watches.watchedRuns()).isEqualTo(1);
    assertThat(first.runs()).hasSize(1);
  }

  @Test
  void anAnswerWithoutProgressDoesNotGoBack() throws Exception {
    Run started =
        at(1).toBuilder()
            .addStages(StageProgress.newBuilder().setStartedAt(Timestamps.fromMillis(1)).setDone(5))
            .build();
    state = () -> started;
    FakeWatcher watcher = new FakeWatcher();
    watches.add("a", watcher);
    assertThat(watcher.next()).isEqualTo(started);
    CountDownLatch described = new CountDownLatch(3);
    state =
        () -> {
          described.countDown();
          return at(1);
        };
    assertThat(described.await(30, TimeUnit.SECONDS)).isTrue();
    state = RunWatchesTest::ended;
    watcher.awaitEnd();
    assertThat(watcher.runs()).containsExactly(started, ended());
  }

  @Test
  void stopsReadingWhenNobodyWatches() throws Exception {
    FakeWatcher watcher = new FakeWatcher();
    watches.add("a", watcher);
    watcher.next();
    CountDownLatch readOnceMore = new CountDownLatch(1);
    state =
        () -> {
          watcher.cancelled = true;
          readOnceMore.countDown();
          return at(2);
        };
    assertThat(readOnceMore.await(30, TimeUnit.SECONDS)).isTrue();
    FakeWatcher other = new FakeWatcher();
    state = RunWatchesTest::ended;
    watches.add("b", other);
    other.awaitEnd();
    assertThat(watcher.runs()).hasSize(1);
  }

  @Test
  void skipsWhoCannotTakeMoreUntilTheEnd() throws Exception {
    FakeWatcher slow = new FakeWatcher();
    slow.ready = false;
    FakeWatcher quick = new FakeWatcher();
    watches.add("a", slow);
    watches.add("a", quick);
    quick.next();
    state = RunWatchesTest::ended;
    slow.awaitEnd();
    assertThat(slow.runs()).containsExactly(ended());
  }

  @Test
  void outlivesATemporalThatDoesNotAnswer() throws Exception {
    AtomicInteger misses = new AtomicInteger();
    state =
        () -> {
          if (misses.incrementAndGet() < 10) {
            throw Status.UNAVAILABLE.asRuntimeException();
          }
          return ended();
        };
    FakeWatcher watcher = new FakeWatcher();
    watches.add("a", watcher);
    watcher.awaitEnd();
    assertThat(watcher.runs()).containsExactly(ended());
  }

  @Test
  void givesUpWhenTemporalStaysAway() {
    state =
        () -> {
          throw Status.UNAVAILABLE.asRuntimeException();
        };
    FakeWatcher watcher = new FakeWatcher();
    watches.add("a", watcher);
    assertThatThrownBy(watcher::awaitEnd).hasCauseInstanceOf(StatusRuntimeException.class);
    assertThat(reads).hasValue(60);
  }

  @Test
  void startsAnewAfterAnErrorOfTheProgram() throws Exception {
    state =
        () -> {
          throw new StackOverflowError("too deep");
        };
    FakeWatcher first = new FakeWatcher();
    watches.add("a", first);
    assertThatThrownBy(first::awaitEnd)
        .hasMessageContaining("INTERNAL: watching run a failed")
        .hasMessageContaining("too deep")
        .hasMessageContaining("watch again");
    state = RunWatchesTest::ended;
    FakeWatcher second = new FakeWatcher();
    watches.add("a", second);
    second.awaitEnd();
    assertThat(second.runs()).containsExactly(ended());
  }

  @Test
  void aBrokenStreamEndsForItselfAlone() throws Exception {
    FakeWatcher broken = new FakeWatcher();
    broken.broken = true;
    FakeWatcher sound = new FakeWatcher();
    watches.add("a", broken);
    watches.add("a", sound);
    assertThat(sound.next()).isEqualTo(at(1));
    assertThatThrownBy(broken::awaitEnd).hasMessageContaining("could not be sent");
    FakeWatcher late = new FakeWatcher();
    watches.add("a", late);
    assertThat(late.next()).isEqualTo(at(1));
    state = RunWatchesTest::ended;
    sound.awaitEnd();
    late.awaitEnd();
  }

  @Test
  void tellsWhoComesWhenNothingCanBeScheduledAnyMore() {
    executor.shutdownNow();
    FakeWatcher watcher = new FakeWatcher();
    watches.add("a", watcher);
    assertThatThrownBy(watcher::awaitEnd).hasMessageContaining("shutting down");
    assertThat(watches.watchedRuns()).isZero();
  }

  @Test
  void endsWithTheProcess() {
    FakeWatcher watcher = new FakeWatcher();
    watches.add("a", watcher);
    watches.close();
    assertThatThrownBy(watcher::awaitEnd).hasMessageContaining("shutting down");
    FakeWatcher late = new FakeWatcher();
    watches.add("a", late);
    assertThatThrownBy(late::awaitEnd).hasMessageContaining("shutting down");
  }

  private static Run at(int stage) {
    return Run.newBuilder()
        .setPhase(RunPhase.RUN_PHASE_RUNNING)
        .setRunId(String.valueOf(stage))
        .build();
  }

  private static Run ended() {
    return Run.newBuilder().setPhase(RunPhase.RUN_PHASE_SUCCEEDED).build();
  }
}
