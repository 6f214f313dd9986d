package io.retort.judge.failure;

/** The stable names in {@link io.retort.v1.Failure#getType()} of judge calls. */
public enum FailureType {
  /** The endpoint's model told more than {@code max_tokens} allow. */
  TRUNCATED,
  /** The model answered nothing, or refused to answer. */
  EMPTY,
  /** The answer does not have the asked form, and neither has the answer to one re-ask. */
  UNPARSED,
  /** The row does not fit into the model's context. */
  CONTEXT_LENGTH_EXCEEDED,
  /** The provider's filter refuses the row. */
  CONTENT_FILTERED,
  /** The endpoint refuses this request, and maybe every other one, too. */
  BAD_REQUEST,
  /** The endpoint's answer exceeds the worker's size limit. */
  ANSWER_TOO_LARGE,
  /** The endpoint refuses the key, the model or the path. */
  ENDPOINT_REFUSED,
  /** The account at the provider is used up. */
  QUOTA_EXHAUSTED,
  /** Connection refused, reset or closed, a 5xx, or an open circuit breaker. */
  ENDPOINT_UNAVAILABLE,
  /** One call took longer than the endpoint's {@code timeout_seconds}. */
  ENDPOINT_TIMEOUT,
  RATE_LIMITED,
  DEADLINE_EXCEEDED,
  CANCELLED,
  /** The worker is going down; another one can serve the call. */
  SHUTTING_DOWN,
  UNKNOWN_ENDPOINT,
  INVALID_REQUEST,
  UNEXPECTED
}
