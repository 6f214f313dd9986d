package io.retort.rows;

import io.retort.v1.Usage;

/** Sums of the usage that model endpoints reported. */
public final class UsageSums {
  public static Usage sum(Usage left, Usage right) {
    return Usage.newBuilder()
        .setCalls(left.getCalls() + right.getCalls())
        .setPromptTokens(left.getPromptTokens() + right.getPromptTokens())
        .setCompletionTokens(left.getCompletionTokens() + right.getCompletionTokens())
        .setReasoningTokens(left.getReasoningTokens() + right.getReasoningTokens())
        .setCachedCalls(left.getCachedCalls() + right.getCachedCalls())
        .setCost(left.getCost() + right.getCost())
        .setUncountedCalls(left.getUncountedCalls() + right.getUncountedCalls())
        .build();
  }

  private UsageSums() {}
}
