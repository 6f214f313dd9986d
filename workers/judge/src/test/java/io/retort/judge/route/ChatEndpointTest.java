package io.retort.judge.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.judge.ScriptedEndpoint;
import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.configuration.EndpointExtras;
import io.retort.judge.configuration.RateLimits;
import io.retort.judge.time.CallLifetime;
import io.retort.judge.time.ManualTimer;
import io.retort.judge.wire.Connections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call returns its slot and its booking, in every state in which it is cancelled. */
class ChatEndpointTest {
  private final ManualTimer timer = new ManualTimer();
  private final ScriptedEndpoint server = ScriptedEndpoint.start();
  private final Connections connections = new Connections();

  @AfterEach
  void stop() {
    // Netty's event loops take seconds to end; no test waits for that.
    CompletableFuture<Void> unused =
        CompletableFuture.runAsync(connections::close).thenRun(server::close);
  }

  @Test
  void aCallThatEndsBeforeItIsBookedReturnsItsBooking() {
    server.otherwise(request -> ScriptedEndpoint.says("yes"));
    ChatEndpoint endpoint = endpoint(new RateLimits(OptionalLong.of(60), OptionalLong.empty()));
    for (int calls = 0; calls < 100; calls++) {
      CallLifetime ended = lifetime();
      ended.cancel();
      assertThat(endpoint.complete(request(), ended)).isCompletedExceptionally();
    }

    assertAnswersWithoutWaiting(endpoint);
  }

  @Test
  void callsThatWaitForTheRateLimitReturnTheirBookings() throws Exception {
    server.otherwise(request -> ScriptedEndpoint.says("yes"));
    ChatEndpoint endpoint = endpoint(new RateLimits(OptionalLong.of(60), OptionalLong.of(60_000)));
    assertAnswersWithoutWaiting(endpoint);
    List<CallLifetime> waiting = new ArrayList<>();
    for (int calls = 0; calls < 100; calls++) {
      CallLifetime lifetime = lifetime();
      CompletableFuture<ChatAnswer> unused = endpoint.complete(request(), lifetime);
      waiting.add(lifetime);
    }
    timer.awaitAlarms(200);

    waiting.forEach(CallLifetime::cancel);
    timer.awaitAlarms(0);
    // The first call has used up the one request that may be sent at once.
    timer.advance(Duration.ofSeconds(1));

    assertAnswersWithoutWaiting(endpoint);
  }

  @Test
  void callsThatWaitForAPermitLeaveTheQueue() throws Exception {
    server.then(request -> server.hangs());
    ChatEndpoint endpoint = endpoint(RateLimits.none());
    CallLifetime first = lifetime();
    CompletableFuture<ChatAnswer> sent = endpoint.complete(request(), first);
    server.take();
    List<CallLifetime> waiting = new ArrayList<>();
    for (int calls = 0; calls < 100; calls++) {
      CallLifetime lifetime = lifetime();
      CompletableFuture<ChatAnswer> unused = endpoint.complete(request(), lifetime);
      waiting.add(lifetime);
    }

    waiting.forEach(CallLifetime::cancel);
    first.cancel();
    assertThat(sent).isCompletedExceptionally();

    server.otherwise(request -> ScriptedEndpoint.says("yes"));
    assertAnswersWithoutWaiting(endpoint);
    assertThat(server.untaken()).isOne();
  }

  @Test
  void aSentCallReturnsItsPermit() throws Exception {
    ChatEndpoint endpoint = endpoint(RateLimits.none());
    for (int calls = 0; calls < 3; calls++) {
      server.then(request -> server.hangs());
      CallLifetime lifetime = lifetime();
      CompletableFuture<ChatAnswer> call = endpoint.complete(request(), lifetime);
      server.take();
      lifetime.cancel();
      assertThat(call).isCompletedExceptionally();
    }

    server.otherwise(request -> ScriptedEndpoint.says("yes"));
    assertAnswersWithoutWaiting(endpoint);
  }

  @Test
  void aCallThatWaitsForTheEndOfACoolDownReturnsItsPermit() throws Exception {
    server.then(ScriptedEndpoint.retryAfter(429, "5"));
    ChatEndpoint endpoint = endpoint(RateLimits.none());
    CallLifetime lifetime = lifetime();
    CompletableFuture<ChatAnswer> call = endpoint.complete(request(), lifetime);
    server.take();
    timer.awaitAlarms(2);

    lifetime.cancel();
    assertThat(call).isCompletedExceptionally();
    timer.awaitAlarms(0);
    timer.advance(Duration.ofSeconds(5));

    server.otherwise(request -> ScriptedEndpoint.says("yes"));
    assertAnswersWithoutWaiting(endpoint);
  }

  @Test
  void aRequestThatCannotBeWrittenReturnsItsPermit() {
    ChatEndpoint endpoint = endpoint(RateLimits.none());
    ChatRequest broken =
        new ChatRequest(
            List.of(ChatMessage.user("Well?")),
            Double.NaN,
            16,
            1,
            Optional.of(new ChatRequest.JsonFormat("x", "\uD800")));

    CompletableFuture<ChatAnswer> call = endpoint.complete(broken, lifetime());

    assertThat(call).isCompletedExceptionally();
    server.otherwise(request -> ScriptedEndpoint.says("yes"));
    assertAnswersWithoutWaiting(endpoint);
  }

  /** A lost booking or permit would make this call wait for ever, because no time passes. */
  private void assertAnswersWithoutWaiting(ChatEndpoint endpoint) {
    CallLifetime lifetime = lifetime();
    assertThat(
            endpoint.complete(request(), lifetime).orTimeout(30, TimeUnit.SECONDS).join().content())
        .isEqualTo("yes");
    lifetime.close();
  }

  private CallLifetime lifetime() {
    return new CallLifetime(timer, Duration.ofMinutes(10));
  }

  private ChatEndpoint endpoint(RateLimits limits) {
    EndpointConfiguration configuration =
        new EndpointConfiguration(
            "judge",
            server.baseUrl(),
            "some-model",
            "",
            Optional.empty(),
            true,
            1,
            limits,
            Duration.ofMinutes(10),
            EndpointConfiguration.MaxTokensField.MAX_TOKENS,
            Set.of(),
            EndpointExtras.none());
    return new ChatEndpoint(
        configuration,
        connections.transport(configuration),
        timer,
        () -> 0.5,
        Peers.none(),
        new Unobserved());
  }

  private static ChatRequest request() {
    return new ChatRequest(List.of(ChatMessage.user("Well?")), 0, 16, 1, Optional.empty());
  }
}
