package io.retort.answers;

import java.util.concurrent.CompletableFuture;

/** Compares the final answer of a text with the gold answer by program. Thread-safe. */
public interface AnswerChecker {
  /**
   * Finds the final answer of {@code text} and compares it with {@code gold}: by the gold answer's
   * kind, a stated answer ({@code \boxed{}}, "the answer is") or else, where the gold answer is a
   * number, the last number; the letter of a choice; a stated answer or else the last line; the
   * last Python block or else the whole text.
   *
   * <p>An answer that cannot be read, or not be compared within the checker's limits, is UNDECIDED
   * and says why. The future fails where the checker is broken or gave no answer, so that what was
   * not checked is asked again, or, with USER/SANDBOX_MISSING, when code cannot be run safely.
   */
  CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text);

  /** Compares an answer that stands alone with {@code gold}; otherwise like {@link #check}. */
  CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer);

  /**
   * Fails with USER/SANDBOX_MISSING, and how to fix it, where code cannot be run, and with
   * PLATFORM/SANDBOX_UNSAFE where a program could leave the sandbox.
   */
  CompletableFuture<Void> requireSandbox();
}
