package io.retort.rows;

import com.google.protobuf.Message;

/**
 * An endpoint refused a row. The row's record is held until it is known whether the endpoint
 * refuses all rows.
 */
public final class RefusedByEndpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // protobuf's messages are serializable
  private final Message rowRecord;

  /**
   * @param rowRecord the row's record if the row itself is at fault
   * @param message the endpoint's message
   */
  public RefusedByEndpointException(Message rowRecord, String message) {
    super(message);
    this.rowRecord = rowRecord;
  }

  Message rowRecord() {
    return rowRecord;
  }
}
