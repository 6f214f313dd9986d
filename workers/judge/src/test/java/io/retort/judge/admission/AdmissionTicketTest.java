package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.judge.admission.EndpointAdmission.Decision;
import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.configuration.EndpointExtras;
import io.retort.judge.configuration.RateLimits;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.ManualTimer;
import io.retort.judge.wire.EndpointReply;
import io.retort.v1.Usage;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A closed ticket returns everything that it holds, in every state. */
class AdmissionTicketTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final EndpointReply ANSWERED =
      new EndpointReply.Answered(
          new ChatAnswer(
              "m",
              "m",
              "yes",
              "",
              ChatAnswer.FinishReason.STOP,
              Usage.newBuilder().setCalls(1).setPromptTokens(1).setCompletionTokens(1).build()),
          Optional.empty());

  private final ManualTimer timer = new ManualTimer();
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final EndpointAdmission admission =
      new EndpointAdmission(
          new EndpointConfiguration(
              "judge",
              URI.create("http://127.0.0.1:1/v1"),
              "m",
              "",
              Optional.empty(),
              true,
              1,
              new RateLimits(OptionalLong.of(60), OptionalLong.of(60_000)),
              Duration.ofMinutes(10),
              EndpointConfiguration.MaxTokensField.MAX_TOKENS,
              Set.of(),
              EndpointExtras.none()),
          timer,
          () -> 0.5,
          () -> 1,
          tasks::add);

  @Test
  void aBookedTicketReturnsItsBooking() {
    AdmissionTicket ticket = ticket();
    assertThat(ticket.book(LONG)).isZero();

    ticket.close();
    ticket.close();

    assertNothingIsHeld();
  }

  @Test
  void aTicketThatWaitsForItsTurnReturnsItsBooking() {
    AdmissionTicket first = ticket();
    first.book(LONG);
    AdmissionTicket second = ticket();
    assertThat(second.book(LONG)).isPositive();

    second.close();
    first.close();

    assertNothingIsHeld();
  }

  @Test
  void aQueuedTicketLeavesTheQueue() {
    AdmissionTicket holder = admitted();
    List<AdmissionTicket> queued = new ArrayList<>();
    for (int index = 0; index < 100; index++) {
      AdmissionTicket ticket = ticket();
      ticket.enqueue(() -> assertThat(false).isTrue());
      queued.add(ticket);
    }
    assertThat(admission.permits.waiting()).isEqualTo(100);

    queued.forEach(AdmissionTicket::close);
    assertThat(admission.permits.waiting()).isZero();
    holder.close();

    assertNothingIsHeld();
  }

  @Test
  void aTicketThatGetsItsPermitAfterItWasClosedReturnsIt() {
    AdmissionTicket holder = admitted();
    AdmissionTicket queued = ticket();
    queued.enqueue(() -> assertThat(false).isTrue());
    holder.close();
    assertThat(admission.inFlight()).isOne();

    queued.close();
    runTasks();

    assertNothingIsHeld();
  }

  @Test
  void aTicketBetweenPermitAndDecisionReturnsItsPermitOnly() {
    openBreakerUntilTrial();
    AdmissionTicket ticket = ticket();
    ticket.enqueue(() -> {});

    ticket.close();

    assertThat(ticket.admit()).isEqualTo(Decision.CLOSED);
    assertOneTrialIsLeft();
  }

  @Test
  void anAdmittedTicketReturnsItsPermitAndItsTrial() {
    openBreakerUntilTrial();
    AdmissionTicket ticket = admitted();

    ticket.close();

    assertThat(ticket.sent()).isFalse();
    assertOneTrialIsLeft();
  }

  @Test
  void aSentTicketReturnsItsPermitWithTheReply() {
    AdmissionTicket ticket = admitted();
    assertThat(ticket.sent()).isTrue();

    ticket.close();
    assertThat(admission.inFlight()).isOne();
    ticket.replied(new EndpointReply.Abandoned());
    ticket.replied(new EndpointReply.Abandoned());

    assertThat(admission.inFlight()).isZero();
  }

  @Test
  void aCoolDownReturnsThePermitAndKeepsTheBooking() {
    admission.shareCoolDown(Duration.ofSeconds(5));
    AdmissionTicket ticket = ticket();
    assertThat(ticket.book(LONG)).isZero();
    ticket.enqueue(() -> {});

    assertThat(ticket.admit()).isEqualTo(Decision.COOL_DOWN);
    assertThat(admission.inFlight()).isZero();

    ticket.close();
    assertNothingIsHeld();
  }

  @Test
  void anOutageReturnsThePermit() {
    AdmissionTicket first = admitted();
    assertThat(first.sent()).isTrue();
    first.replied(
        new EndpointReply.Overloaded(
            Duration.ofSeconds(5), JudgeException.unavailableFor("away", 5_000)));
    AdmissionTicket ticket = ticket();
    ticket.enqueue(() -> {});

    assertThat(ticket.admit()).isEqualTo(Decision.OUTAGE);

    assertThat(admission.inFlight()).isZero();
  }

  @Test
  void anOpenBreakerReturnsThePermit() {
    openBreaker();
    AdmissionTicket ticket = ticket();
    ticket.enqueue(() -> {});

    assertThat(ticket.admit()).isEqualTo(Decision.BREAKER_OPEN);

    assertThat(admission.inFlight()).isZero();
  }

  @Test
  void aClosedTicketTakesNothing() {
    AdmissionTicket ticket = ticket();
    ticket.close();

    assertThat(ticket.book(LONG)).isZero();
    ticket.enqueue(() -> assertThat(false).isTrue());

    assertNothingIsHeld();
  }

  @Test
  void anAnsweredTicketMayBeUsedAgain() {
    AdmissionTicket ticket = admitted();
    for (int calls = 0; calls < 3; calls++) {
      assertThat(ticket.sent()).isTrue();
      ticket.replied(ANSWERED);
      ticket.enqueue(() -> {});
      assertThat(ticket.admit()).isEqualTo(Decision.SEND);
    }

    ticket.close();

    assertThat(admission.inFlight()).isZero();
  }

  private AdmissionTicket ticket() {
    return admission.ticket(
        new ChatRequest(List.of(ChatMessage.user("Well?")), 0, 16, 1, Optional.empty()));
  }

  /** A ticket that may be sent, without a booking. */
  private AdmissionTicket admitted() {
    AdmissionTicket ticket = ticket();
    ticket.enqueue(() -> {});
    runTasks();
    assertThat(ticket.admit()).isEqualTo(Decision.SEND);
    return ticket;
  }

  private void openBreaker() {
    for (int calls = 0; calls < 10; calls++) {
      AdmissionTicket ticket = admitted();
      assertThat(ticket.sent()).isTrue();
      ticket.replied(
          new EndpointReply.Down(
              JudgeException.unavailable(FailureType.ENDPOINT_UNAVAILABLE, "away", null)));
    }
    assertThat(admission.isBreakerOpen()).isTrue();
  }

  private void openBreakerUntilTrial() {
    openBreaker();
    timer.advance(Duration.ofSeconds(10).plusMillis(1));
  }

  private void assertOneTrialIsLeft() {
    assertThat(admission.inFlight()).isZero();
    assertThat(admission.health.breaker.admits()).isTrue();
    assertThat(admission.health.breaker.admits()).isFalse();
  }

  private void assertNothingIsHeld() {
    assertThat(admission.inFlight()).isZero();
    assertThat(admission.permits.waiting()).isZero();
    // The bucket of a new endpoint holds one request; after a lost booking, the next call would
    // have to wait.
    assertThat(ticket().book(Duration.ZERO)).isZero();
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }
}
