package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EndedRowsTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final EndedRows<String> rows = new EndedRows<>();

  @Test
  void takesAsManyRowsAsAreWantedInTheirOrder() throws Exception {
    CompletableFuture<List<String>> taken = take(3, LONG);

    rows.add("a", false);
    rows.add("b", false);
    assertThat(taken).isNotDone();
    rows.add("c", false);

    assertThat(taken.get(30, TimeUnit.SECONDS)).containsExactly("a", "b", "c");
    assertThat(rows.take(1, Duration.ZERO)).isEmpty();
  }

  @Test
  void aRowThatCannotWaitEndsTheWait() throws Exception {
    CompletableFuture<List<String>> taken = take(100, LONG);

    rows.add("a", false);
    rows.add("failed", true);

    assertThat(taken.get(30, TimeUnit.SECONDS)).containsExactly("a", "failed");
  }

  @Test
  void takesWhatIsThereAtTheEndOfTheTime() throws Exception {
    rows.add("a", false);

    assertThat(rows.take(100, Duration.ofMillis(20))).containsExactly("a");
    assertThat(rows.take(1, Duration.ofMillis(20))).isEmpty();
  }

  private CompletableFuture<List<String>> take(int number, Duration atMost) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return rows.take(number, atMost);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
