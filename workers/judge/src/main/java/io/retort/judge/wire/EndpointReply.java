package io.retort.judge.wire;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import java.util.Optional;

/** The outcome of a call of an endpoint. */
public sealed interface EndpointReply {
  /**
   * @param pause for which the provider accepts no further call, if it reported its limit exhausted
   */
  record Answered(ChatAnswer answer, Optional<Duration> pause) implements EndpointReply {}

  /**
   * The provider limits the rate; the call is repeated after a cool-down.
   *
   * @param message the endpoint's message
   */
  record RateLimited(Optional<Duration> retryAfter, String message) implements EndpointReply {}

  /** The endpoint works, but this call has no answer. */
  record Refused(JudgeException failure) implements EndpointReply {}

  /** The endpoint reported itself unavailable for a time. */
  record Overloaded(Duration retryAfter, JudgeException failure) implements EndpointReply {}

  /** The endpoint failed. */
  record Down(JudgeException failure) implements EndpointReply {}

  /** The call ended before there was a reply. */
  record Abandoned() implements EndpointReply {}
}
