package io.retort.answers;

import java.util.concurrent.CompletableFuture;

/** Compares the final answer of a text with the gold answer, without an LLM. Thread-safe. */
public interface AnswerChecker {
  /**
   * Finds the final answer of {@code text} and compares it with {@code gold}. The gold answer's
   * kind determines where the answer is found: for MATH a stated answer ({@code \boxed{}}, "the
   * answer is") or else, if the gold answer is a number, the last number; for CHOICE the letter;
   * for EXACT a stated answer or else the last line; for CODE the last Python block or else the
   * whole text.
   *
   * <p>An answer that cannot be parsed, or cannot be compared within the checker's limits, is
   * UNDECIDED, with the reason. The future fails if the checker is broken or gave no answer, so
   * that the check is repeated; it fails with USER/SANDBOX_MISSING if code cannot be run safely.
   */
  CompletableFuture<AnswerCheck> check(GoldAnswer gold, String text);

  /** Compares an isolated answer with {@code gold}; otherwise like {@link #check}. */
  CompletableFuture<AnswerCheck> compare(GoldAnswer gold, String answer);

  /**
   * Fails with USER/SANDBOX_MISSING and a remedy if code cannot be run, and with
   * PLATFORM/SANDBOX_UNSAFE if a program could leave the sandbox.
   */
  CompletableFuture<Void> requireSandbox();
}
