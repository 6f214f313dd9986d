package io.retort.pages;

import com.linecorp.armeria.common.HttpStatus;

/** A request that a page refuses, with a message for the person. */
final class PageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient HttpStatus status;

  PageException(HttpStatus status, String message) {
    super(message);
    this.status = status;
  }

  HttpStatus status() {
    return status;
  }
}
