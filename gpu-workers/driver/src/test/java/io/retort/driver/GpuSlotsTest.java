package io.retort.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.worker.tuning.SlotSupplierFuture;
import org.junit.jupiter.api.Test;

final class GpuSlotsTest {
  private final GpuSlots slots = new GpuSlots(1);

  @Test
  void givesNoMoreThanThereAre() {
    SlotSupplierFuture first = slots.reserve();
    SlotSupplierFuture second = slots.reserve();

    assertThat(first).isCompleted();
    assertThat(second).isNotDone();
    assertThat(slots.tryReserve()).isEmpty();
    slots.release();
    assertThat(second).isCompleted();
  }

  @Test
  void growsWithTheCluster() {
    SlotSupplierFuture first = slots.reserve();
    SlotSupplierFuture second = slots.reserve();
    slots.resize(3);

    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(slots.tryReserve()).isPresent();
    assertThat(slots.tryReserve()).isEmpty();
  }

  @Test
  void shrinksAsSlotsAreReleased() {
    slots.resize(2);
    assertThat(slots.tryReserve()).isPresent();
    assertThat(slots.tryReserve()).isPresent();
    slots.resize(1);

    slots.release();
    assertThat(slots.tryReserve()).isEmpty();
    slots.release();
    assertThat(slots.tryReserve()).isPresent();
  }

  @Test
  void whoeverNoLongerWaitsTakesNoSlot() {
    SlotSupplierFuture first = slots.reserve();
    SlotSupplierFuture aborted = slots.reserve();
    SlotSupplierFuture third = slots.reserve();

    assertThat(aborted.abortReservation()).isNull();
    slots.release();

    assertThat(first).isCompleted();
    assertThat(third).isCompleted();
    assertThat(slots.tryReserve()).isEmpty();
  }
}
