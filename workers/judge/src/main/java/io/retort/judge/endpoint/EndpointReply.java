package io.retort.judge.endpoint;

import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import java.util.Optional;

/** What an endpoint's HTTP answer means. */
sealed interface EndpointReply {
  record Answered(ChatAnswer answer) implements EndpointReply {}

  /**
   * To be asked again after a cool-down.
   *
   * @param message what the endpoint said
   */
  record RateLimited(Optional<Duration> retryAfter, String message) implements EndpointReply {}

  /** Final. */
  record Failed(JudgeException failure) implements EndpointReply {}
}
