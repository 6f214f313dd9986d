package io.retort.judge.chat;

import io.retort.v1.Usage;

/**
 * The answer of a model.
 *
 * @param model name that the endpoint reported, else the configured one
 * @param asked version of the model that was called, from the endpoint's configuration
 * @param content empty when the model produced none or refused
 * @param refusal the reason of a refusal, empty when it did not refuse
 * @param usage of this one call
 */
public record ChatAnswer(
    String model, String asked, String content, String refusal, FinishReason finish, Usage usage) {
  /** Why the model stopped. */
  public enum FinishReason {
    /** The answer is complete. */
    STOP,
    /** It reached {@code max_tokens} or the context length. */
    LENGTH,
    /** The provider's filter cut the answer. */
    FILTER,
    /** The endpoint aborted the generation. */
    ABORTED
  }
}
