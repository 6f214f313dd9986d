package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RowSlotsTest {
  private final AtomicInteger told = new AtomicInteger();

  @Test
  void aShardTakesNoMoreThanItAllows() {
    RowSlots.Share shard = new RowSlots(10).join(2, told::incrementAndGet);

    assertThat(take(shard)).isEqualTo(2);
    shard.release();
    assertThat(take(shard)).isEqualTo(1);
    assertThat(told).as("its own rows make it ask again").hasValue(0);
  }

  @Test
  void shardsShareTheProcessFairly() {
    RowSlots slots = new RowSlots(10);
    RowSlots.Share greedy = slots.join(100, told::incrementAndGet);
    assertThat(take(greedy)).as("alone").isEqualTo(10);
    RowSlots.Share late = slots.join(100, told::incrementAndGet);

    assertThat(take(late)).as("nothing is free").isZero();
    greedy.release();
    assertThat(told).as("both were refused").hasValue(2);
    assertThat(take(greedy)).as("has more than its half").isZero();
    assertThat(take(late)).isEqualTo(1);
    for (int row = 0; row < 9; row++) {
      greedy.release();
      take(greedy);
      take(late);
    }
    assertThat(take(greedy) + take(late)).isZero();

    told.set(0);
    late.close();
    assertThat(told).as("who is left may take what the other leaves").hasValue(1);
  }

  @Test
  void everyShardMayTakeOneWhereThereIsRoom() {
    RowSlots slots = new RowSlots(2);
    slots.join(1, () -> {});
    slots.join(1, () -> {});

    assertThat(take(slots.join(5, () -> {}))).isEqualTo(1);
  }

  @Test
  void memoryIsSharedFairlyAndBoundUntilItIsGivenBack() {
    RowSlots slots = new RowSlots(100, 10);
    RowSlots.Share first = slots.join(100, told::incrementAndGet);
    assertThat(take(first)).isEqualTo(10);
    RowSlots.Share late = slots.join(100, () -> {});
    first.release();
    assertThat(first.tryTake(1) || late.tryTake(1)).as("the row's record is not stored").isFalse();

    first.release(1);
    assertThat(told).as("was refused").hasPositiveValue();
    assertThat(first.tryTake(1)).as("has more than its half").isFalse();
    assertThat(late.tryTake(1)).isTrue();

    first.close();
    assertThat(take(late)).as("what a shard leaves is free").isEqualTo(9);
    first.release(1);
    assertThat(take(late)).as("and not twice").isZero();
  }

  @Test
  void rowThatNeedsMoreThanThereIsIsUnderWayAlone() {
    RowSlots slots = new RowSlots(100, 10);
    RowSlots.Share one = slots.join(100, () -> {});
    RowSlots.Share other = slots.join(100, () -> {});
    assertThat(one.tryTake(3)).isTrue();
    assertThat(other.tryTake(11)).isFalse();
    one.release(3);

    assertThat(other.tryTake(11)).isTrue();
    assertThat(one.tryTake(1)).isFalse();
  }

  private static int take(RowSlots.Share share) {
    int taken = 0;
    while (share.tryTake(1)) {
      taken++;
    }
    return taken;
  }
}
