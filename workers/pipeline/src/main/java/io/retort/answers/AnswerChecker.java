package io.retort.answers;

import java.util.concurrent.CompletableFuture;

/** Compares the final answer of a text with the gold answer by program. Thread-safe. */
public interface AnswerChecker extends AutoCloseable {
  /**
   * Finds the final answer of {@code text} ({@code \boxed{}}, a stated answer, or else its last
   * number where the gold answer is a number) and compares it with {@code gold}.
   *
   * <p>An answer that cannot be compared within the checker's time is not correct and says why. The
   * future fails only when the checker itself is broken.
   */
  CompletableFuture<AnswerCheck> check(String gold, String text);

  /** Compares an answer that stands alone with {@code gold}; otherwise like {@link #check}. */
  CompletableFuture<AnswerCheck> compare(String gold, String answer);

  @Override
  void close();
}
