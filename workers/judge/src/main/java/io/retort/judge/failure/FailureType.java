package io.retort.judge.failure;

/** The stable names in {@link io.retort.v1.Failure#getType()} of judge calls. */
public enum FailureType {
  /** The answer was cut: at {@code max_tokens}, at the context length, or by a filter. */
  TRUNCATED,
  /** The model answered nothing, or refused to answer. */
  EMPTY,
  /** The answer does not have the requested form, nor has the answer to the one repetition. */
  UNPARSED,
  /** The prompt exceeds the model's context. */
  CONTEXT_LENGTH_EXCEEDED,
  /** The provider's filter refuses the row. */
  CONTENT_FILTERED,
  /** The endpoint refuses this request, and possibly every other one. */
  BAD_REQUEST,
  /** The endpoint's answer exceeds the worker's size limit. */
  ANSWER_TOO_LARGE,
  /** The endpoint refuses the key, the model or the path. */
  ENDPOINT_REFUSED,
  /** The quota of the account at the provider is exhausted. */
  QUOTA_EXHAUSTED,
  /** Connection refused, reset or closed, a 5xx, or an open circuit breaker. */
  ENDPOINT_UNAVAILABLE,
  /** A single call exceeded the endpoint's {@code timeout_seconds}. */
  ENDPOINT_TIMEOUT,
  RATE_LIMITED,
  DEADLINE_EXCEEDED,
  CANCELLED,
  /** Other requests hold the memory of this worker. */
  WORKER_OVERLOADED,
  /** The request needs more memory than this worker has for all of them. */
  REQUEST_TOO_LARGE,
  /** The worker is shutting down; another one can serve the call. */
  SHUTTING_DOWN,
  UNKNOWN_ENDPOINT,
  INVALID_REQUEST,
  UNEXPECTED
}
