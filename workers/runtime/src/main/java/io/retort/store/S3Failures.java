package io.retort.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Maps errors of S3 to exceptions of the store. */
final class S3Failures {
  private static final int MOVED = 301;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  /** Error codes with status 400 that mean wrong credentials or a wrong region. */
  private static final Set<String> REFUSALS =
      Set.of(
          "AuthorizationHeaderMalformed",
          "ExpiredToken",
          "InvalidBucketName",
          "InvalidToken",
          "TokenRefreshRequired");

  /** The SDK signals missing credentials only by this message. */
  private static final String NO_CREDENTIALS = "Unable to load credentials";

  /**
   * A missing object becomes {@link NoSuchFileException}; a fault that a person has to correct
   * becomes {@link StoreRefusedException}; all others may succeed at the next attempt.
   */
  static IOException of(S3Location location, SdkException failure) {
    if (failure instanceof NoSuchKeyException) {
      IOException missing = new NoSuchFileException(location.toString());
      missing.initCause(failure);
      return missing;
    }
    if (failure instanceof S3Exception answer) {
      return of(location, answer);
    }
    String message = String.valueOf(failure.getMessage());
    if (message.startsWith(NO_CREDENTIALS)) {
      return refused(location, "there are no credentials", credentials(location), failure);
    }
    return new IOException(location + ": " + message, failure);
  }

  private static IOException of(S3Location location, S3Exception answer) {
    AwsErrorDetails details = answer.awsErrorDetails();
    // A response to a HEAD request has no body with details.
    String code = details == null || details.errorCode() == null ? "" : details.errorCode();
    int status = answer.statusCode();
    if (code.equals("NoSuchBucket")) {
      return refused(
          location,
          "there is no bucket " + location.bucket(),
          "one that exists; create it, or set AWS_ENDPOINT_URL and AWS_REGION to where it is",
          answer);
    }
    String shown = (status + " " + code).strip();
    if (status == MOVED) {
      return refused(
          location,
          shown,
          "the region of the bucket " + location.bucket() + " in AWS_REGION",
          answer);
    }
    if (status == UNAUTHORIZED || status == FORBIDDEN || REFUSALS.contains(code)) {
      return refused(location, shown, credentials(location), answer);
    }
    return new IOException(location + ": " + shown + ": " + answer.getMessage(), answer);
  }

  private static IOException refused(
      S3Location location, String what, String expected, SdkException cause) {
    return new StoreRefusedException(
        location + ": " + what + " (expected: " + expected + ")", cause);
  }

  private static String credentials(S3Location location) {
    return "credentials that may list, read, write and delete in the bucket "
        + location.bucket()
        + "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or a role where the"
        + " workers run";
  }

  private S3Failures() {}
}
