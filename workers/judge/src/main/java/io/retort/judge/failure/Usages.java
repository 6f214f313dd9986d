package io.retort.judge.failure;

import io.retort.v1.Usage;

/**
 * {@link Usage} as judge workers count it: calls and tokens; the cache and prices are their
 * callers'.
 */
public final class Usages {
  public static Usage sum(Usage left, Usage right) {
    return Usage.newBuilder()
        .setCalls(left.getCalls() + right.getCalls())
        .setPromptTokens(left.getPromptTokens() + right.getPromptTokens())
        .setCompletionTokens(left.getCompletionTokens() + right.getCompletionTokens())
        .setReasoningTokens(left.getReasoningTokens() + right.getReasoningTokens())
        .setUncountedCalls(left.getUncountedCalls() + right.getUncountedCalls())
        .build();
  }

  /** One call whose answer told no usage. */
  public static Usage uncounted() {
    return Usage.newBuilder().setCalls(1).setUncountedCalls(1).build();
  }

  private Usages() {}
}
