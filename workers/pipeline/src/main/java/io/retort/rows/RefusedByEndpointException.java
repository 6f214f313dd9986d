package io.retort.rows;

import com.google.protobuf.Message;

/**
 * An endpoint refused a row. The record that says so waits until it is known that the endpoint does
 * not refuse them all.
 */
public final class RefusedByEndpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // protobuf's messages are serializable
  private final Message rowRecord;

  /**
   * @param rowRecord of the row, if it is the row's own fault
   * @param said the endpoint's words
   */
  public RefusedByEndpointException(Message rowRecord, String said) {
    super(said);
    this.rowRecord = rowRecord;
  }

  Message rowRecord() {
    return rowRecord;
  }
}
