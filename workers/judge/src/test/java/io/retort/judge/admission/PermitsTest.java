package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PermitsTest {
  private final AtomicInteger limit = new AtomicInteger(2);
  private final List<String> ran = new ArrayList<>();
  private final Permits permits = new Permits(limit::get, Runnable::run);

  @Test
  void waitersRunInOrderAsPermitsAreReleased() {
    acquire("a", "b", "c", "d");
    assertThat(ran).containsExactly("a", "b");

    permits.release();
    assertThat(ran).containsExactly("a", "b", "c");
    permits.release();
    permits.release();
    permits.release();

    assertThat(ran).containsExactly("a", "b", "c", "d");
    assertThat(permits.held()).isZero();
  }

  @Test
  void aLimitThatGrowsLetsSeveralInAtOnce() {
    acquire("a", "b", "c", "d", "e");
    limit.set(4);

    permits.release();

    assertThat(ran).containsExactly("a", "b", "c", "d", "e");
    assertThat(permits.held()).isEqualTo(4);
  }

  @Test
  void aLimitThatShrinksWaitsUntilFewerAreHeld() {
    acquire("a", "b", "c");
    limit.set(1);

    permits.release();
    assertThat(ran).containsExactly("a", "b");
    permits.release();

    assertThat(ran).containsExactly("a", "b", "c");
  }

  @Test
  void aWaiterThatIsWithdrawnIsPassedOver() {
    Runnable withdrawn = () -> ran.add("withdrawn");
    acquire("a", "b");
    permits.acquire(withdrawn);
    acquire("c");

    permits.withdraw(withdrawn);
    permits.withdraw(withdrawn);
    assertThat(permits.waiting()).isOne();
    permits.release();

    assertThat(ran).containsExactly("a", "b", "c");
    assertThat(permits.held()).isEqualTo(2);
  }

  private void acquire(String... names) {
    for (String name : names) {
      permits.acquire(() -> ran.add(name));
    }
  }
}
