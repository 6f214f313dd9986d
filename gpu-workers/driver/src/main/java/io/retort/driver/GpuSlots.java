package io.retort.driver;

import io.temporal.worker.tuning.ActivitySlotInfo;
import io.temporal.worker.tuning.SlotMarkUsedContext;
import io.temporal.worker.tuning.SlotPermit;
import io.temporal.worker.tuning.SlotReleaseContext;
import io.temporal.worker.tuning.SlotReserveContext;
import io.temporal.worker.tuning.SlotSupplier;
import io.temporal.worker.tuning.SlotSupplierFuture;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * The number of trainers that a driver holds at once. The number may change: after a restart of
 * Ray's head, nodes join one after another.
 */
final class GpuSlots implements SlotSupplier<ActivitySlotInfo> {
  private final Queue<CompletableFuture<SlotPermit>> waiting = new ArrayDeque<>();
  private int size;
  private int issued;

  GpuSlots(int size) {
    this.size = size;
  }

  /** Changes the size. Slots in use beyond the new size stay in use, but are not granted again. */
  synchronized void resize(int newSize) {
    size = newSize;
    grant();
  }

  synchronized int size() {
    return size;
  }

  synchronized SlotSupplierFuture reserve() {
    CompletableFuture<SlotPermit> slot = new CompletableFuture<>();
    waiting.add(slot);
    grant();
    return SlotSupplierFuture.fromCompletableFuture(slot, () -> abort(slot));
  }

  synchronized Optional<SlotPermit> tryReserve() {
    if (issued >= size) {
      return Optional.empty();
    }
    issued++;
    return Optional.of(new SlotPermit());
  }

  synchronized void release() {
    issued--;
    grant();
  }

  @Override
  public SlotSupplierFuture reserveSlot(SlotReserveContext<ActivitySlotInfo> context) {
    return reserve();
  }

  @Override
  public Optional<SlotPermit> tryReserveSlot(SlotReserveContext<ActivitySlotInfo> context) {
    return tryReserve();
  }

  @Override
  public void markSlotUsed(SlotMarkUsedContext<ActivitySlotInfo> context) {}

  @Override
  public void releaseSlot(SlotReleaseContext<ActivitySlotInfo> context) {
    release();
  }

  private void grant() {
    while (issued < size && !waiting.isEmpty()) {
      issued++;
      waiting.remove().complete(new SlotPermit());
    }
  }

  /** Ends the wait for a slot, and releases a slot that was granted in the meantime. */
  private synchronized void abort(CompletableFuture<SlotPermit> slot) {
    if (!waiting.removeIf(other -> other == slot)) {
      release();
    }
  }
}
