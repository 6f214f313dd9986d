package io.retort.judge.route;

import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.failure.JudgeException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The failures of one endpoint's calls that are not a reply of the endpoint. */
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
   * @param message the endpoint's latest message about its limit, null if there is none
   */
  JudgeException limitOutlastsDeadline(@Nullable String message, Duration cooling) {
    return rateLimited(
        message == null
            ? "endpoint " + configuration + " limits the rate beyond the call's deadline"
            : message,
        cooling);
  }

  JudgeException unavailable(String reason, Duration delay) {
    return JudgeException.unavailableFor("endpoint " + configuration + reason, delay.toMillis());
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
                : "its share of the call's time among the endpoints of the route"));
  }

  JudgeException deadline() {
    return JudgeException.deadlineExceeded(
        "endpoint " + configuration + ": no answer before the call's deadline");
  }

  private static JudgeException rateLimited(String message, Duration delay) {
    return JudgeException.rateLimited(message, Math.max(1, delay.toMillis()));
  }
}
