package io.retort.judge.endpoint;

import io.retort.v1.Usage;

/**
 * What a model answered.
 *
 * @param model name that the endpoint told, or the configured one
 * @param content empty when the model said nothing or refused
 * @param refusal why it refused, empty when it did not
 * @param usage of this one call
 */
public record ChatAnswer(
    String model, String content, String refusal, FinishReason finish, Usage usage) {
  /** Why the model stopped. */
  public enum FinishReason {
    /** By itself. */
    STOP,
    /** At {@code max_tokens} or at the end of the context. */
    LENGTH,
    /** Its provider cut the answer. */
    FILTER,
    /** It did not: the endpoint broke off. */
    ABORTED
  }
}
