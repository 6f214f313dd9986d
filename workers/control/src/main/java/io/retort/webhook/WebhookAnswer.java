package io.retort.webhook;

import io.retort.v1.DeliveryError;
import java.time.Duration;

/**
 * What came of a call to a receiver.
 *
 * @param status of HTTP; 0 without an answer
 * @param error unspecified for 2xx
 * @param message for people; empty for 2xx
 * @param text the beginning of the answer, for people
 * @param retryAfter when the receiver wants the next call; zero if it does not say
 */
public record WebhookAnswer(
    int status, DeliveryError error, String message, String text, Duration retryAfter) {
  /** Of a call without an answer. */
  public static WebhookAnswer failed(DeliveryError error, String message) {
    return new WebhookAnswer(0, error, message, "", Duration.ZERO);
  }

  public boolean isSuccess() {
    return error == DeliveryError.DELIVERY_ERROR_UNSPECIFIED;
  }
}
