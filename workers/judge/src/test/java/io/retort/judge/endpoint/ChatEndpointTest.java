package io.retort.judge.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.ClientFactory;
import io.retort.judge.ScriptedEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChatEndpointTest {
  private final ManualTimer timer = new ManualTimer();
  private final ScriptedEndpoint server = ScriptedEndpoint.start();

  @AfterEach
  void stop() {
    // Netty's event loops take seconds to end; no test waits for that.
    CompletableFuture<Void> unused = CompletableFuture.runAsync(server::close);
  }

  @Test
  void aCallThatEndsBeforeItIsBookedGivesItsBookingBack() {
    server.otherwise(request -> ScriptedEndpoint.says("yes"));
    ChatEndpoint endpoint = endpoint(new RateLimits(OptionalLong.of(60), OptionalLong.empty()));
    for (int calls = 0; calls < 100; calls++) {
      CallScope ended = new CallScope(timer, Duration.ofMinutes(10));
      ended.cancel();
      assertThat(endpoint.complete(request(), ended)).isCompletedExceptionally();
    }

    // A lost booking would let this one wait for its turn, and no time passes.
    CallScope scope = new CallScope(timer, Duration.ofMinutes(10));
    assertThat(endpoint.complete(request(), scope).orTimeout(30, TimeUnit.SECONDS).join().content())
        .isEqualTo("yes");
  }

  private ChatEndpoint endpoint(RateLimits limits) {
    return new ChatEndpoint(
        new EndpointConfiguration(
            "judge",
            server.baseUrl(),
            "some-model",
            Optional.empty(),
            true,
            8,
            limits,
            Duration.ofMinutes(10),
            EndpointConfiguration.MaxTokensField.MAX_TOKENS,
            Set.of(),
            EndpointExtras.none()),
        ClientFactory.ofDefault(),
        timer,
        () -> 0.5,
        Peers.none(),
        new Unobserved());
  }

  private static ChatRequest request() {
    return new ChatRequest(List.of(ChatMessage.user("Well?")), 0, 16, 1, Optional.empty());
  }
}
