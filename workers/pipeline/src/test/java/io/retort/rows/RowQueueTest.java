package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.store.Store;
import io.retort.v1.PairingRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class RowQueueTest {
  private static final int ROWS = 1000;

  /** The thread of an answer has those of other rows to hand out. */
  @Test
  @Timeout(60)
  void theThreadOfAnAnswerDoesNotWalkAllRowsThatNeedNoCall(@TempDir Path folder) throws Exception {
    Thread answering = Thread.currentThread();
    AtomicInteger onItsThread = new AtomicInteger();
    CompletableFuture<PairingRecord> answer = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch ended = new CountDownLatch(ROWS);
    NumberedWork work =
        new NumberedWork(
            made -> {
              if (Thread.currentThread().equals(answering)) {
                onItsThread.incrementAndGet();
              }
              if (made.getSampleId().equals("0")) {
                asked.countDown();
                return answer;
              }
              return CompletableFuture.completedFuture(made);
            });
    try (TestEngine engine = new TestEngine();
        ShardInputs<String> inputs = inputs(work);
        RowQueue<String, PairingRecord> queue =
            new RowQueue<>(
                engine.engine,
                job(folder, inputs, work),
                (row, made, thrown) -> ended.countDown())) {
      IntStream.range(0, ROWS).forEach(queue::add);
      queue.start();
      asked.await();
      awaitIdle(engine);

      answer.complete(NumberedWork.record("0"));

      assertThat(onItsThread.get()).isLessThanOrEqualTo(16);
      assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(work.asked)
          .containsExactlyElementsOf(IntStream.range(0, ROWS).mapToObj(String::valueOf).toList());
    }
  }

  /** Waits until no thread starts rows: each of the two has done something else meanwhile. */
  private static void awaitIdle(TestEngine engine) throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    Callable<Integer> arrival = both::await;
    for (Future<Integer> one :
        List.of(engine.executor.submit(arrival), engine.executor.submit(arrival))) {
      assertThat(one.get(30, TimeUnit.SECONDS)).isNotNegative();
    }
  }

  private static ShardInputs<String> inputs(NumberedWork work) {
    List<String> rows = IntStream.range(0, ROWS).mapToObj(String::valueOf).toList();
    return TestInputs.of(rows, work::key);
  }

  private static ShardJob<String, PairingRecord> job(
      Path folder, ShardInputs<String> inputs, NumberedWork work) throws IOException {
    String uri = "file://" + folder.toAbsolutePath();
    return new ShardJob<>(
        "test",
        new RowLog<>(
            Store.open(uri), uri + "/shard", PairingRecord::newBuilder, PairingRecord::getKey),
        inputs,
        work,
        made -> "MADE",
        PairingRecord::getUsage,
        1);
  }
}
