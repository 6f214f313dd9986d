package io.retort.judge.endpoint;

import io.retort.judge.failure.JudgeException;
import java.util.concurrent.CompletableFuture;

/** Who answers a request: one endpoint, or the endpoints of a route in a row's order. */
public interface ChatTarget {
  /** As the request named it. */
  String name();

  /**
   * Asks a model. Does not block.
   *
   * @return fails with a {@link JudgeException}, never with anything else
   */
  CompletableFuture<ChatAnswer> complete(ChatRequest request, CallScope scope);
}
