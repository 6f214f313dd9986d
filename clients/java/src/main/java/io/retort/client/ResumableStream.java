package io.retort.client;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a stream that is opened again after a lost connection, where the last message
 * left off. One thread reads; any may close.
 */
final class ResumableStream<T> implements AutoCloseable {
  private final Supplier<BlockingClientCall<?, T>> opening;
  private final Duration silence;
  private final boolean heartbeats;
  private final Repetition repetition;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable BlockingClientCall<?, T> call;
  private boolean ended;

  /**
   * @param opening begins after the last message
   * @param silence after which the stream is opened anew
   * @param heartbeats whether the other side is never silent for so long while it is connected
   */
  ResumableStream(
      Supplier<BlockingClientCall<?, T>> opening,
      Duration silence,
      boolean heartbeats,
      Repetition repetition) {
    this.heartbeats = heartbeats;
    this.opening = opening;
    this.silence = silence;
    this.repetition = repetition;
  }

  /**
   * Waits for the next message. Empty once the stream has ended or is closed, and where the time is
   * over.
   *
   * @param limit how long it waits
   * @throws RetortException if the control plane refuses, or is not heard for too long
   */
  Optional<T> next(Duration limit) {
    long begin = System.nanoTime();
    while (!hasEnded()) {
      long left = limit.toNanos() - (System.nanoTime() - begin);
      if (left <= 0) {
        return Optional.empty();
      }
      try {
        Optional<T> message = read(Math.min(left, silence.toNanos()));
        if (message.isPresent()) {
          repetition.answered();
        } else {
          ended = true;
        }
        return message;
      } catch (TimeoutException e) {
        if (left > silence.toNanos() && !heartbeats) {
          // A dead connection would have failed before: there is nothing to say.
          cancel();
        } else if (left > silence.toNanos()) {
          fail(
              Status.UNAVAILABLE
                  .withDescription("nothing was heard for " + silence.toSeconds() + " s")
                  .asRuntimeException());
        }
      } catch (StatusException e) {
        fail(e.getStatus().asRuntimeException(e.getTrailers()));
      } catch (StatusRuntimeException e) {
        fail(e);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
    return Optional.empty();
  }

  /** Whether there are no further messages. */
  boolean hasEnded() {
    return ended || closed.getCount() == 0;
  }

  @Override
  public void close() {
    closed.countDown();
    cancel();
  }

  private Optional<T> read(long nanoseconds)
      throws InterruptedException, TimeoutException, StatusException {
    BlockingClientCall<?, T> open = call;
    if (open == null) {
      open = opening.get();
      call = open;
      if (closed.getCount() == 0) {
        cancel();
        return Optional.empty();
      }
    }
    return Optional.ofNullable(open.read(nanoseconds, TimeUnit.NANOSECONDS));
  }

  /** Waits before the stream is opened again. */
  private void fail(StatusRuntimeException thrown) {
    cancel();
    if (hasEnded()) {
      return;
    }
    try {
      boolean unused =
          closed.await(repetition.afterFailure(thrown).toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void cancel() {
    BlockingClientCall<?, T> open = call;
    call = null;
    if (open != null) {
      open.cancel("closed", null);
    }
  }

  private RetortException interrupted(InterruptedException thrown) {
    close();
    Thread.currentThread().interrupt();
    return RetortException.of(
        Status.CANCELLED
            .withDescription("the thread that reads was interrupted")
            .withCause(thrown)
            .asRuntimeException());
  }
}
