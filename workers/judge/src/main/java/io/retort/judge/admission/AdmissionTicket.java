package io.retort.judge.admission;

import io.retort.judge.admission.EndpointAdmission.Decision;
import io.retort.judge.wire.EndpointReply;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one call holds of its endpoint's limits: a booking of the rate budget, a place in the queue,
 * a permit, and the permission of the breaker.
 *
 * <p>A call {@linkplain #book books}, {@linkplain #enqueue queues}, and requests {@linkplain #admit
 * admission}. {@link #sent} turns the booking into a sent call, which {@link #replied} ends; the
 * call may then book again. {@link #close} may be called at any time and from any thread, and
 * returns everything that is held; a sent call keeps its permit until {@link #replied}, because its
 * exchange is open until then.
 */
public final class AdmissionTicket implements AutoCloseable {
  private final EndpointAdmission admission;
  private final long estimatedTokens;
  private boolean closed;
  private boolean booked;
  private @Nullable Runnable waiter;
  private boolean permit;
  private boolean admitted;
  private boolean sent;
  private long sentAt;
  private int inFlight;

  AdmissionTicket(EndpointAdmission admission, long estimatedTokens) {
    this.admission = admission;
    this.estimatedTokens = estimatedTokens;
  }

  /**
   * Books one request and its tokens.
   *
   * @return time to wait before it is sent; if longer than {@code longest}, nothing was booked
   */
  public synchronized Duration book(Duration longest) {
    if (closed || admission.budget.isUnlimited()) {
      return Duration.ZERO;
    }
    Duration delay = admission.budget.book(estimatedTokens, longest);
    booked = delay.compareTo(longest) <= 0;
    return delay;
  }

  /**
   * Runs {@code holder} once the call holds a permit; on the calling thread if a permit is free.
   * Never runs it after {@link #close}.
   */
  public void enqueue(Runnable holder) {
    Runnable next =
        () -> {
          if (granted()) {
            holder.run();
          }
        };
    synchronized (this) {
      if (closed) {
        return;
      }
      waiter = next;
    }
    admission.permits.acquire(next);
    if (isClosed()) {
      admission.permits.withdraw(next);
    }
  }

  /**
   * Decides about a call that holds a permit. The permit is returned unless the call may be sent.
   */
  public Decision admit() {
    Decision decision;
    synchronized (this) {
      if (closed || !permit) {
        return Decision.CLOSED;
      }
      decision = decide();
      if (decision == Decision.SEND) {
        admitted = true;
        return decision;
      }
      permit = false;
    }
    admission.permits.release();
    return decision;
  }

  /**
   * Marks an admitted call as sent: its booking is spent.
   *
   * @return false if the ticket has been closed; the call must not be sent then
   */
  public synchronized boolean sent() {
    if (closed) {
      return false;
    }
    booked = false;
    sent = true;
    sentAt = admission.timer.nanoTime();
    inFlight = admission.permits.held();
    return true;
  }

  /** When the call was sent, by {@link io.retort.judge.time.Timer#nanoTime}. */
  public synchronized long sentAt() {
    return sentAt;
  }

  /** Records the outcome of a sent call and returns its permit. */
  public void replied(EndpointReply reply) {
    long when;
    int together;
    synchronized (this) {
      if (!sent) {
        return;
      }
      sent = false;
      admitted = false;
      permit = false;
      when = sentAt;
      together = inFlight;
    }
    try {
      admission.health.record(reply, estimatedTokens, when, together);
    } finally {
      admission.permits.release();
    }
  }

  @Override
  public void close() {
    boolean returnsBooking;
    boolean returnsPermit;
    boolean returnsPermission;
    @Nullable Runnable withdrawn;
    synchronized (this) {
      closed = true;
      returnsBooking = booked;
      returnsPermit = permit && !sent;
      returnsPermission = admitted && !sent;
      withdrawn = waiter;
      booked = false;
      waiter = null;
      permit = permit && sent;
      admitted = admitted && sent;
    }
    if (returnsBooking) {
      admission.budget.cancel(estimatedTokens);
    }
    if (withdrawn != null) {
      admission.permits.withdraw(withdrawn);
    }
    if (returnsPermission) {
      admission.health.breaker.released();
    }
    if (returnsPermit) {
      admission.permits.release();
    }
  }

  private Decision decide() {
    EndpointHealth health = admission.health;
    if (health.coolDown.isOn()) {
      return Decision.COOL_DOWN;
    }
    if (health.outage.isOn()) {
      return Decision.OUTAGE;
    }
    return health.breaker.admits() ? Decision.SEND : Decision.BREAKER_OPEN;
  }

  private boolean granted() {
    synchronized (this) {
      waiter = null;
      if (!closed) {
        permit = true;
        return true;
      }
    }
    admission.permits.release();
    return false;
  }

  private synchronized boolean isClosed() {
    return closed;
  }
}
