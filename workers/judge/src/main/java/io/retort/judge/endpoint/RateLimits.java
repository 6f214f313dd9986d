package io.retort.judge.endpoint;

import java.util.OptionalLong;

/**
 * What a provider allows an account in a minute, over all judge workers together.
 *
 * @param requestsPerMinute at least 1; empty: no limit
 * @param tokensPerMinute prompt and completion, at least 1; empty: no limit
 */
public record RateLimits(OptionalLong requestsPerMinute, OptionalLong tokensPerMinute) {
  public static RateLimits none() {
    return new RateLimits(OptionalLong.empty(), OptionalLong.empty());
  }
}
