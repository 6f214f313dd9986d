package io.retort.judge.endpoint;

import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the calls of one endpoint fail without an answer of it. */
final class EndpointFailures {
  private final EndpointConfiguration configuration;

  EndpointFailures(EndpointConfiguration configuration) {
    this.configuration = configuration;
  }

  JudgeException budgetOutlastsDeadline(Duration delay) {
    return rateLimited(
        "endpoint "
            + configuration
            + ": its requests_per_minute and tokens_per_minute allow the next call in "
            + delay.toMillis()
            + " ms, beyond the call's deadline",
        delay);
  }

  /**
   * @param said what the endpoint said last of its limit
   */
  JudgeException limitOutlastsDeadline(@Nullable String said, Duration cooling) {
    return rateLimited(
        said == null
            ? "endpoint " + configuration + " limits the rate beyond the call's deadline"
            : said,
        cooling);
  }

  JudgeException unavailable(String why, Duration delay) {
    return JudgeException.unavailableFor("endpoint " + configuration + why, delay.toMillis());
  }

  JudgeException timeout(Duration waited) {
    return JudgeException.endpointTimeout(
        "endpoint "
            + configuration
            + ": no answer within "
            + waited.toSeconds()
            + " s, "
            + (waited.equals(configuration.timeout())
                ? "its timeout_seconds"
                : "its share of the time that the endpoints of the route have"));
  }

  JudgeException deadline() {
    return JudgeException.deadlineExceeded(
        "endpoint " + configuration + ": no answer before the call's deadline");
  }

  private static JudgeException rateLimited(String message, Duration delay) {
    return JudgeException.rateLimited(message, Math.max(1, delay.toMillis()));
  }
}
