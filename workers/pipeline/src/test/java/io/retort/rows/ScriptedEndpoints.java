package io.retort.rows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Endpoints whose state a test sets. */
final class ScriptedEndpoints implements EndpointCheck {
  final AtomicInteger questions = new AtomicInteger();
  volatile boolean answersOthers;
  volatile boolean hasAnswered;
  volatile Supplier<CompletableFuture<Void>> answer = () -> CompletableFuture.completedFuture(null);

  @Override
  public boolean answersOthers() {
    return answersOthers;
  }

  @Override
  public boolean hasAnswered() {
    return hasAnswered;
  }

  @Override
  public CompletableFuture<Void> ask() {
    questions.incrementAndGet();
    return answer.get();
  }
}
