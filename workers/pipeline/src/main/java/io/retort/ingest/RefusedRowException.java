package io.retort.ingest;

/** A row cannot become a sample. */
final class RefusedRowException extends Exception {
  private static final long serialVersionUID = 1L;

  private final QuarantineReason reason;

  RefusedRowException(QuarantineReason reason, String message) {
    super(message);
    this.reason = reason;
  }

  QuarantineReason reason() {
    return reason;
  }
}
