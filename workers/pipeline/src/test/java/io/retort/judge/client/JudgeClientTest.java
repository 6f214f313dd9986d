package io.retort.judge.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.retort.pipeline.ActivityFailures;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.FailureCategory;
import io.retort.worker.ConfigurationException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class JudgeClientTest {
  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final ScriptedJudge first = ScriptedJudge.start();
  private final ScriptedJudge second = ScriptedJudge.start();

  @AfterEach
  void stop() {
    first.close();
    second.close();
    executor.shutdownNow();
  }

  @Test
  void callsGoRoundOverAllJudges() {
    try (JudgeClient client = connect(first.address() + ", " + second.address())) {
      JudgeCalls calls = client.calls(new CallGroup());
      long giveUpAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      int ofFirst = 0;
      int ofSecond = 0;
      // The first streams go to the judge that is connected first.
      while (ofFirst != 5 || ofSecond != 5) {
        assertThat(System.nanoTime()).as("%s and %s", ofFirst, ofSecond).isLessThan(giveUpAt);
        int beforeFirst = first.evaluated.size();
        int beforeSecond = second.evaluated.size();
        for (int call = 0; call < 10; call++) {
          evaluate(calls).join();
        }
        ofFirst = first.evaluated.size() - beforeFirst;
        ofSecond = second.evaluated.size() - beforeSecond;
      }
    }
  }

  @Test
  void judgesThatAreDownOrUnhealthyAreLeftOut() {
    first.setServing(false);
    try (JudgeClient client = connect(first.address() + "," + second.address() + ",127.0.0.1:1")) {
      for (int call = 0; call < 10; call++) {
        evaluate(client.calls(new CallGroup())).join();
      }
    }

    assertThat(first.evaluated).isEmpty();
    assertThat(second.evaluated).hasSize(10);
  }

  @Test
  void aFailedCallIsNotRepeated() {
    first.evaluate =
        request -> {
          throw Status.UNAVAILABLE.asRuntimeException();
        };
    try (JudgeClient client = connect(first.address())) {
      ApplicationFailure failure =
          ActivityFailures.of(() -> evaluate(client.calls(new CallGroup())).join());

      assertThat(failure.getType()).isEqualTo("PLATFORM/JUDGE_UNAVAILABLE");
    }
    assertThat(first.evaluated).hasSize(1);
  }

  @Test
  void failuresKeepTheJudgesCategoryAndType() {
    try (JudgeClient client = connect(first.address())) {
      assertThat(
              failure(
                  client,
                  Code.FAILED_PRECONDITION,
                  FailureCategory.FAILURE_CATEGORY_USER,
                  "KEY_REFUSED"))
          .isEqualTo("USER/KEY_REFUSED");
      assertThat(
              failure(
                  client,
                  Code.RESOURCE_EXHAUSTED,
                  FailureCategory.FAILURE_CATEGORY_PLATFORM,
                  "RATE_LIMITED"))
          .isEqualTo("PLATFORM/RATE_LIMITED");
      assertThat(
              failure(
                  client,
                  Code.RESOURCE_EXHAUSTED,
                  FailureCategory.FAILURE_CATEGORY_BUDGET,
                  "SPEND_LIMIT"))
          .isEqualTo("BUDGET/SPEND_LIMIT");
      first.evaluate =
          request -> {
            throw Status.INVALID_ARGUMENT.withDescription("endpoint: nope").asRuntimeException();
          };
      assertThat(
              ActivityFailures.of(() -> evaluate(client.calls(new CallGroup())).join()).getType())
          .isEqualTo("USER/JUDGE_INVALID_ARGUMENT");
    }
  }

  @Test
  void rateLimitTellsWhenToComeBack() {
    first.evaluate =
        request -> {
          throw ScriptedJudge.failure(
              Code.RESOURCE_EXHAUSTED,
              FailureCategory.FAILURE_CATEGORY_PLATFORM,
              "RATE_LIMITED",
              RetryInfo.newBuilder().setRetryDelay(Durations.fromSeconds(42)).build());
        };
    try (JudgeClient client = connect(first.address())) {
      assertThat(
              ActivityFailures.of(() -> evaluate(client.calls(new CallGroup())).join())
                  .getNextRetryDelay())
          .isEqualTo(Duration.ofSeconds(42));
    }
  }

  @Test
  void uselessAnswerIsTheRowsOwnProblem() {
    first.evaluate =
        request -> {
          throw ScriptedJudge.useless("UNPARSED");
        };
    try (JudgeClient client = connect(first.address())) {
      Throwable thrown = catchThrowable(() -> evaluate(client.calls(new CallGroup())).join());

      assertThat(thrown).hasCauseInstanceOf(UselessAnswerException.class);
      assertThat(thrown.getCause())
          .hasFieldOrPropertyWithValue("reason", "UNPARSED")
          .hasFieldOrPropertyWithValue("usage", ScriptedJudge.USAGE_OF_A_CALL);
    }
  }

  @Test
  void deadlineIsATimeout() {
    CountDownLatch never = new CountDownLatch(1);
    first.evaluate = request -> await(never);
    try (JudgeClient client =
        JudgeClient.connect(first.address(), Duration.ofMillis(300), executor)) {
      assertThat(
              ActivityFailures.of(() -> evaluate(client.calls(new CallGroup())).join()).getType())
          .isEqualTo("TIMEOUT/JUDGE_DEADLINE_EXCEEDED");
    } finally {
      never.countDown();
    }
  }

  @Test
  void cancelledScopeEndsItsCallsAndNoOthers() {
    CountDownLatch never = new CountDownLatch(1);
    first.evaluate = request -> await(never);
    CallGroup scope = new CallGroup();
    try (JudgeClient client = connect(first.address())) {
      CompletableFuture<EvaluateResponse> call = evaluate(client.calls(scope));
      scope.cancel();

      assertThat(call).failsWithin(Duration.ofSeconds(20));
      first.evaluate = request -> Difficulty.DIFFICULTY_MEDIUM;
      assertThat(evaluate(client.calls(new CallGroup()))).succeedsWithin(Duration.ofSeconds(20));
    } finally {
      never.countDown();
    }
  }

  @Test
  void callsShareFewStreams() {
    try (JudgeClient client = connect(first.address())) {
      JudgeCalls calls = client.calls(new CallGroup());
      for (int call = 0; call < 100; call++) {
        evaluate(calls).join();
      }
    }

    assertThat(first.evaluated).hasSize(100);
    assertThat(first.openedStreams.get()).isBetween(1, 20);
  }

  @Test
  void aRequestThatIsTooLargeForAMessageFailsItsOwnCallAlone() {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    first.evaluate =
        request -> {
          asked.countDown();
          return await(answer);
        };
    try (JudgeClient client = connect(first.address())) {
      JudgeCalls calls = client.calls(new CallGroup());
      CompletableFuture<EvaluateResponse> other = evaluate(calls);
      Difficulty unused = await(asked);
      EvaluateRequest large = EvaluateRequest.newBuilder().setChain("x".repeat(17 << 20)).build();
      // Calls take turns on the streams.
      for (int stream = 0; stream < 8; stream++) {
        Throwable thrown = catchThrowable(() -> calls.evaluate(large).join());
        assertThat(thrown)
            .hasCauseInstanceOf(UselessAnswerException.class)
            .extracting(Throwable::getCause)
            .hasFieldOrPropertyWithValue("reason", "REQUEST_TOO_LARGE");
      }
      answer.countDown();

      assertThat(other).succeedsWithin(Duration.ofSeconds(20));
    }
  }

  @Test
  void aContinuationDoesNotHoldTheCallsOfOtherThreads() {
    CountDownLatch attached = new CountDownLatch(1);
    CountDownLatch walking = new CountDownLatch(1);
    CountDownLatch walked = new CountDownLatch(1);
    first.evaluate = request -> await(attached);
    try (JudgeClient client = connect(first.address())) {
      JudgeCalls calls = client.calls(new CallGroup());
      CompletableFuture<Void> continued =
          evaluate(calls)
              .thenRun(
                  () -> {
                    walking.countDown();
                    Difficulty unused = await(walked);
                  });
      attached.countDown();
      Difficulty unused = await(walking);
      // Calls take turns on the streams: one goes to that of the answer.
      for (int stream = 0; stream < 8; stream++) {
        CompletableFuture<EvaluateResponse> ignored = evaluate(calls);
      }
      long giveUpAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (first.evaluated.size() < 9 && System.nanoTime() < giveUpAt) {
        Thread.onSpinWait();
      }

      assertThat(first.evaluated).hasSize(9);
      walked.countDown();
      assertThat(continued).succeedsWithin(Duration.ofSeconds(20));
    } finally {
      walked.countDown();
    }
  }

  @Test
  void workersWithoutStreamsGetAnRpcForEachCall() {
    first.streams = false;
    try (JudgeClient client = connect(first.address())) {
      JudgeCalls calls = client.calls(new CallGroup());

      assertThat(evaluate(calls)).succeedsWithin(Duration.ofSeconds(20));
      assertThat(evaluate(calls)).succeedsWithin(Duration.ofSeconds(20));
    }
    assertThat(first.evaluated).hasSize(2);
  }

  @Test
  void callsOfAWorkerThatDiesAreUnavailable() {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    first.evaluate =
        request -> {
          started.countDown();
          return await(never);
        };
    try (JudgeClient client = connect(first.address())) {
      CompletableFuture<EvaluateResponse> call = evaluate(client.calls(new CallGroup()));
      Difficulty unused = await(started);
      first.close();

      assertThat(ActivityFailures.of(call::join).getType()).isEqualTo("PLATFORM/JUDGE_UNAVAILABLE");
    } finally {
      never.countDown();
    }
  }

  @Test
  void addressesThatAreNone() {
    for (String addresses : new String[] {"", " , ", "judge", "judge:port", "judge:99999"}) {
      assertThatThrownBy(() -> connect(addresses))
          .as(addresses)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("RETORT_JUDGE_ADDRESSES");
    }
  }

  private String failure(JudgeClient client, Code code, FailureCategory category, String type) {
    first.evaluate =
        request -> {
          throw ScriptedJudge.failure(code, category, type);
        };
    return ActivityFailures.of(() -> evaluate(client.calls(new CallGroup())).join()).getType();
  }

  private static CompletableFuture<EvaluateResponse> evaluate(JudgeCalls calls) {
    return calls.evaluate(EvaluateRequest.newBuilder().setProblem("1+1?").build());
  }

  private JudgeClient connect(String addresses) {
    return JudgeClient.connect(addresses, Duration.ofSeconds(30), executor);
  }

  private static Difficulty await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Difficulty.DIFFICULTY_MEDIUM;
  }
}
