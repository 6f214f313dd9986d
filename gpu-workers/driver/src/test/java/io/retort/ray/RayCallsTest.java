package io.retort.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.training.TrainerException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class RayCallsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final CompletableFuture<String> lost = new CompletableFuture<>();
  private final CountDownLatch hung = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    hung.countDown();
  }

  @Test
  void passesAnswersOn() throws TrainerException.Unreachable {
    assertThat(calls(LONG).<String>ask("nodes", () -> "two")).isEqualTo("two");
  }

  @Test
  void doesNotWaitWithoutEnd() {
    assertThatThrownBy(() -> calls(Duration.ofMillis(50)).ask("nodes", this::hang))
        .isExactlyInstanceOf(TrainerException.Unreachable.class)
        .hasMessage("nodes: no answer within 50 ms");
  }

  @Test
  void anErrorSaysNothingOfTheCluster() {
    assertThatThrownBy(
            () ->
                calls(LONG)
                    .ask(
                        "nodes",
                        () -> {
                          throw new IllegalStateException("not connected");
                        }))
        .isExactlyInstanceOf(TrainerException.Unreachable.class)
        .hasMessage("nodes: not connected");
  }

  @Test
  void aQuestionEndsWhenTheClusterGoes() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Thread watch =
        new Thread(
            () -> {
              try {
                asked.await();
                lost.complete("its raylet has ended");
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    watch.start();

    assertThatThrownBy(
            () ->
                calls(LONG)
                    .ask(
                        "nodes",
                        () -> {
                          asked.countDown();
                          return hang();
                        }))
        .isInstanceOf(TrainerException.Lost.class)
        .hasMessage("nodes: the Ray cluster is lost: its raylet has ended");
    watch.join();
  }

  @Test
  void nothingIsAskedOfAClusterThatIsGone() {
    lost.complete("its raylet has ended");

    assertThatThrownBy(() -> calls(LONG).ask("nodes", () -> "what was known last"))
        .isInstanceOf(TrainerException.Lost.class);
  }

  private RayCalls calls(Duration timeout) {
    return new RayCalls(lost, timeout);
  }

  private String hang() {
    try {
      hung.await();
      return "late";
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
