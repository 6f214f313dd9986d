package io.retort.store;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * The condition that the stored object must meet before it is replaced; the server checks it and
 * writes in one step. Servers without support for conditions ignore them, or answer 501.
 */
record S3Condition(@Nullable String ifNoneMatch, @Nullable String ifMatch) {
  static final S3Condition NONE = new S3Condition(null, null);

  /** No object is stored. */
  static final S3Condition ABSENT = new S3Condition("*", null);

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int NOT_IMPLEMENTED = 501;

  /** The stored object still has the given tag. */
  static S3Condition unchanged(String eTag) {
    return new S3Condition(null, eTag);
  }

  enum Outcome {
    DOES_NOT_HOLD,
    NOT_KNOWN,
    OTHER_FAULT
  }

  /** Why a write under this condition was refused. */
  Outcome outcome(S3Exception refusal) {
    if (equals(NONE)) {
      return Outcome.OTHER_FAULT;
    }
    return switch (refusal.statusCode()) {
      // 409: another writer is currently writing the object.
      case PRECONDITION_FAILED, CONFLICT -> Outcome.DOES_NOT_HOLD;
      case NOT_IMPLEMENTED -> Outcome.NOT_KNOWN;
      // The object that should be unchanged was deleted.
      case NOT_FOUND ->
          ifMatch != null && code(refusal).equals("NoSuchKey")
              ? Outcome.DOES_NOT_HOLD
              : Outcome.OTHER_FAULT;
      default -> Outcome.OTHER_FAULT;
    };
  }

  private static String code(S3Exception refusal) {
    AwsErrorDetails details = refusal.awsErrorDetails();
    return details == null || details.errorCode() == null ? "" : details.errorCode();
  }
}
