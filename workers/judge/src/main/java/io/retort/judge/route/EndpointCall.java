package io.retort.judge.route;

import io.retort.judge.admission.AdmissionTicket;
import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.CallLifetime;
import io.retort.judge.time.Timer;
import io.retort.judge.wire.ChatTransport.Exchange;
import io.retort.judge.wire.EndpointReply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of an endpoint. It books its share of the rate limits, waits for a permit, and is sent
 * unless the endpoint cools down or its breaker is open. Only rate limits and announced outages are
 * retried: all calls of the endpoint wait for their end, each up to its own deadline.
 */
final class EndpointCall {
  private final ChatEndpoint endpoint;
  private final CallLifetime lifetime;
  private final int others;
  private final AdmissionTicket ticket;
  private final CompletableFuture<ChatAnswer> result = new CompletableFuture<>();
  // Null once the call has ended, which its lifetime may outlast.
  private volatile @Nullable ChatRequest request;
  private volatile @Nullable String lastLimit;
  // Whether the endpoint reported when it accepts calls again.
  private volatile boolean waits;
  private volatile Timer.@Nullable Alarm alarm;
  private volatile @Nullable Exchange exchange;
  private volatile @Nullable Duration timedOutAfter;

  EndpointCall(ChatEndpoint endpoint, ChatRequest request, CallLifetime lifetime, int others) {
    this.endpoint = endpoint;
    this.request = request;
    this.lifetime = lifetime;
    this.others = others;
    ticket = endpoint.admission.ticket(request);
  }

  /** Its future fails with a {@link JudgeException}, never with anything else. */
  CompletableFuture<ChatAnswer> start() {
    lifetime.onEnd(this::ended);
    book();
    return result;
  }

  private void book() {
    Duration left = lifetime.left();
    Duration delay = ticket.book(left);
    if (delay.compareTo(left) > 0) {
      fail(endpoint.failures.budgetOutlastsDeadline(delay));
    } else if (delay.isZero()) {
      queue();
    } else {
      waitFor(delay);
    }
  }

  private void queue() {
    ticket.enqueue(this::admit);
  }

  private void admit() {
    switch (ticket.admit()) {
      case SEND -> write();
      case COOL_DOWN -> awaitCoolDown();
      case OUTAGE -> awaitOutage();
      case BREAKER_OPEN -> awaitTrial(endpoint.admission.untilTrial());
      case CLOSED -> {}
    }
  }

  private void awaitCoolDown() {
    Duration cooling = endpoint.admission.coolDown();
    if (others > 0 && cooling.compareTo(lifetime.remaining()) > 0) {
      fail(endpoint.failures.limitOutlastsDeadline(lastLimit, cooling));
    } else {
      waitFor(endpoint.admission.coolDownWithJitter());
    }
  }

  private void awaitOutage() {
    if (others > 0) {
      fail(
          endpoint.failures.unavailable(
              " reported itself unavailable", endpoint.admission.outage()));
    } else {
      waits = true;
      waitFor(endpoint.admission.outageWithJitter());
    }
  }

  private void awaitTrial(Duration untilTrial) {
    if (waits && others == 0 && untilTrial.compareTo(lifetime.remaining()) < 0) {
      waitFor(untilTrial);
    } else {
      fail(
          endpoint.failures.unavailable(
              " is not called for a while: too many calls failed", untilTrial));
    }
  }

  private void waitFor(Duration delay) {
    Timer.Alarm set = endpoint.timer.schedule(delay, this::queue);
    alarm = set;
    if (result.isDone()) {
      set.cancel();
    }
  }

  /** Writes the body only now, so that a waiting call holds its texts once. */
  private void write() {
    ChatRequest current = request;
    if (current == null) {
      return;
    }
    byte[] body;
    try {
      body = endpoint.transport.write(current);
    } catch (RuntimeException e) {
      fail(JudgeException.unexpected(e));
      return;
    }
    if (ticket.sent()) {
      send(body);
    }
  }

  private void send(byte[] body) {
    endpoint.observer.sent();
    Exchange sent;
    try {
      sent = endpoint.transport.send(body, endpoint.timer::now);
    } catch (RuntimeException e) {
      replied(new EndpointReply.Refused(JudgeException.unexpected(e)));
      return;
    }
    exchange = sent;
    Timer.@Nullable Alarm timeout = setTimeout(sent);
    CompletableFuture<Void> unused =
        sent.reply()
            .handle(
                (reply, thrown) -> {
                  if (timeout != null) {
                    timeout.cancel();
                  }
                  replied(reply == null ? withoutReply(JudgeException.from(thrown)) : reply);
                  return null;
                });
    if (result.isDone()) {
      sent.abort();
    }
  }

  /** Sets no timeout if the call's deadline comes first. */
  private Timer.@Nullable Alarm setTimeout(Exchange sent) {
    Duration left = lifetime.remaining();
    // Without it, an endpoint that hangs would use up the time of the next ones.
    Duration share = others == 0 ? left : left.dividedBy(others + 1L);
    Duration timeout = endpoint.timeout();
    Duration longest = timeout.compareTo(share) < 0 ? timeout : share;
    return longest.compareTo(left) < 0
        ? endpoint.timer.schedule(longest, () -> timeOut(sent, longest))
        : null;
  }

  private void timeOut(Exchange sent, Duration after) {
    timedOutAfter = after;
    sent.abort();
  }

  private EndpointReply withoutReply(JudgeException failure) {
    Duration waited = timedOutAfter;
    if (waited != null) {
      return new EndpointReply.Down(endpoint.failures.timeout(waited));
    }
    if (result.isDone()) {
      return new EndpointReply.Abandoned();
    }
    return failure.is(FailureType.ANSWER_TOO_LARGE)
        ? new EndpointReply.Refused(failure)
        : new EndpointReply.Down(failure);
  }

  private void replied(EndpointReply reply) {
    exchange = null;
    long sentAt = ticket.sentAt();
    try {
      endpoint.observer.finished();
      if (reply instanceof EndpointReply.Answered answered) {
        endpoint.observer.counted(answered.answer().usage());
      }
    } finally {
      ticket.replied(reply);
    }
    if (!result.isDone()) {
      settle(reply, sentAt);
    }
  }

  private void settle(EndpointReply reply, long sentAt) {
    if (reply instanceof EndpointReply.Answered answered) {
      endpoint.reachable();
      result.complete(answered.answer());
      close();
    } else if (reply instanceof EndpointReply.Overloaded overloaded && others == 0) {
      waits = true;
      lastLimit = overloaded.failure().getMessage();
      book();
    } else if (reply instanceof EndpointReply.Overloaded overloaded) {
      fail(overloaded.failure());
    } else if (reply instanceof EndpointReply.RateLimited limited) {
      lastLimit = limited.message();
      endpoint.rateLimited(sentAt, limited.retryAfter(), limited.message());
      book();
    } else if (reply instanceof EndpointReply.Refused refused) {
      fail(refused.failure());
    } else if (reply instanceof EndpointReply.Down down) {
      fail(down.failure());
    }
  }

  private void ended(CallLifetime.End reason) {
    if (result.isDone()) {
      // Every answered call ends here, and an exception with its stack trace is not free.
      return;
    }
    switch (reason) {
      case CANCELLED, CLOSED -> fail(JudgeException.cancelled());
      case DEADLINE -> giveUp();
    }
  }

  private void giveUp() {
    Duration pause = endpoint.admission.pause();
    if (lastLimit != null || !pause.isZero()) {
      fail(endpoint.failures.limitOutlastsDeadline(lastLimit, pause));
    } else {
      fail(endpoint.failures.deadline());
    }
  }

  private void fail(JudgeException failure) {
    if (failure.is(FailureType.ENDPOINT_UNAVAILABLE) || failure.is(FailureType.ENDPOINT_REFUSED)) {
      endpoint.unreachable(failure);
    }
    if (result.completeExceptionally(failure)) {
      close();
    }
  }

  /** Returns everything that the call holds. */
  private void close() {
    request = null;
    Timer.Alarm set = alarm;
    if (set != null) {
      set.cancel();
    }
    Exchange open = exchange;
    if (open != null) {
      open.abort();
    }
    ticket.close();
  }
}
