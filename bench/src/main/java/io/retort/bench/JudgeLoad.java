package io.retort.bench;

import io.retort.judge.client.CallGroup;
import io.retort.judge.client.JudgeCalls;
import io.retort.judge.client.JudgeClient;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.JudgeContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps a number of evaluations running through the judge workers until it is killed: the pipeline
 * worker's client without workflows and records. The first failure ends it.
 *
 * <p>Arguments: addresses as in {@code RETORT_JUDGE_ADDRESSES}, concurrent evaluations.
 */
public final class JudgeLoad {
  private static final JudgeContext CONTEXT =
      JudgeContext.newBuilder()
          .setEndpoint("judge")
          .setMaxTokens(2048)
          .setStudentSize("135M")
          .build();

  private final JudgeCalls calls;
  private final AtomicLong next = new AtomicLong();
  private final CountDownLatch failed = new CountDownLatch(1);

  private JudgeLoad(JudgeCalls calls) {
    this.calls = calls;
  }

  public static void main(String[] arguments) throws InterruptedException {
    ExecutorService executor =
        Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()));
    try (JudgeClient client = JudgeClient.connect(arguments[0], Duration.ofMinutes(10), executor)) {
      JudgeLoad load = new JudgeLoad(client.calls(new CallGroup()));
      for (int call = Integer.parseInt(arguments[1]); call > 0; call--) {
        load.evaluateNext();
      }
      load.failed.await();
    }
    System.exit(1);
  }

  private void evaluateNext() {
    long number = next.getAndIncrement();
    CompletableFuture<EvaluateResponse> unused =
        calls
            .evaluate(
                EvaluateRequest.newBuilder()
                    .setContext(CONTEXT.toBuilder().setSeed(number & Integer.MAX_VALUE))
                    .setProblem(ShortRows.problem(number))
                    .setAnswer(ShortRows.answer(number))
                    .setChain(ShortRows.chain(number))
                    .build())
            .whenComplete(
                (response, thrown) -> {
                  if (thrown == null) {
                    evaluateNext();
                  } else {
                    System.err.println("evaluation " + number + ": " + thrown);
                    failed.countDown();
                  }
                });
  }
}
