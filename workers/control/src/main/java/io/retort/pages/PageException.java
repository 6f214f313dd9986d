package io.retort.pages;

import com.linecorp.armeria.common.HttpStatus;
import io.retort.spec.SpecViolation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that a page refuses, with a message for the person. */
final class PageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient HttpStatus status;
  private final transient @Nullable SpecViolation violation;

  PageException(HttpStatus status, String message) {
    super(message);
    this.status = status;
    violation = null;
  }

  /** Of a field that has a wrong value. */
  PageException(SpecViolation violation) {
    super(violation.field() + ": " + violation.description());
    status = HttpStatus.BAD_REQUEST;
    this.violation = violation;
  }

  HttpStatus status() {
    return status;
  }

  /** Empty for a refusal that is about no field. */
  Optional<SpecViolation> violation() {
    return Optional.ofNullable(violation);
  }
}
