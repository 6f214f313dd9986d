package io.retort.judge.failure;

import io.retort.v1.Usage;

/**
 * {@link Usage} of calls to endpoints: calls and tokens. The fields on cache and cost are left to
 * the callers of the judge.
 */
public final class CallUsage {
  public static Usage sum(Usage left, Usage right) {
    return Usage.newBuilder()
        .setCalls(left.getCalls() + right.getCalls())
        .setPromptTokens(left.getPromptTokens() + right.getPromptTokens())
        .setCompletionTokens(left.getCompletionTokens() + right.getCompletionTokens())
        .setReasoningTokens(left.getReasoningTokens() + right.getReasoningTokens())
        .setUncountedCalls(left.getUncountedCalls() + right.getUncountedCalls())
        .build();
  }

  /** One call whose answer reported no usage. */
  public static Usage uncounted() {
    return Usage.newBuilder().setCalls(1).setUncountedCalls(1).build();
  }

  private CallUsage() {}
}
