package io.retort.judge.route;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.CallLifetime;
import java.util.concurrent.CompletableFuture;

/** The destination of a request: one endpoint, or the endpoints of a route in a row's order. */
public interface ChatTarget {
  /** Name of the endpoint or route. */
  String name();

  /**
   * Calls a model. Does not block.
   *
   * @return fails with a {@link JudgeException}, never with anything else
   */
  CompletableFuture<ChatAnswer> complete(ChatRequest request, CallLifetime scope);
}
