package io.retort.judge.endpoint;

import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import java.util.Optional;

/** What became of a call. */
sealed interface EndpointReply {
  /**
   * @param pause for which the provider says that it allows no further call
   */
  record Answered(ChatAnswer answer, Optional<Duration> pause) implements EndpointReply {}

  /**
   * To be asked again after a cool-down.
   *
   * @param message what the endpoint said
   */
  record RateLimited(Optional<Duration> retryAfter, String message) implements EndpointReply {}

  /** The endpoint is well, but this call has no answer. */
  record Refused(JudgeException failure) implements EndpointReply {}

  /** The endpoint is not well, and says for how long. */
  record Overloaded(Duration retryAfter, JudgeException failure) implements EndpointReply {}

  /** The endpoint is not well. */
  record Down(JudgeException failure) implements EndpointReply {}

  /** The caller left before there was an answer. */
  record Abandoned() implements EndpointReply {}
}
