package io.retort.judge.configuration;

import java.util.OptionalLong;

/**
 * A provider's limits per minute for an account, over all judge workers together.
 *
 * @param requestsPerMinute at least 1; empty: no limit
 * @param tokensPerMinute prompt and completion, at least 1; empty: no limit
 */
public record RateLimits(OptionalLong requestsPerMinute, OptionalLong tokensPerMinute) {
  public static RateLimits none() {
    return new RateLimits(OptionalLong.empty(), OptionalLong.empty());
  }
}
