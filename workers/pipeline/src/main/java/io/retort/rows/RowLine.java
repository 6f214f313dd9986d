package io.retort.rows;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.store.ProtoJson;

/**
 * A record as it is stored: printed once, where its row ends.
 *
 * @param json without a line's end
 * @param outcome label of metrics
 */
record RowLine(ByteString json, String outcome) {
  /** Far more than chains have; readers hold some copies of a line in memory. */
  static final int LONGEST_BYTES = 8 << 20;

  /**
   * @throws UnwritableException whatever keeps the record from being written
   */
  static <R extends Message> RowLine of(ShardJob<?, R> job, R rowRecord) {
    RowLine line = ofAnySize(job, rowRecord);
    if (line.json.size() > LONGEST_BYTES) {
      throw new UnwritableException(
          "the record has " + line.json.size() + " bytes (expected: at most " + LONGEST_BYTES + ")",
          null);
    }
    return line;
  }

  /**
   * For what an earlier attempt has stored, or is as small as its row allows.
   *
   * @throws UnwritableException where the record cannot be printed
   */
  static <R extends Message> RowLine ofAnySize(ShardJob<?, R> job, R rowRecord) {
    try {
      return new RowLine(
          ByteString.copyFromUtf8(ProtoJson.print(rowRecord)), job.outcome().apply(rowRecord));
    } catch (RuntimeException | StackOverflowError e) {
      throw new UnwritableException("the record cannot be printed: " + e, e);
    }
  }

  /** The row is the problem: made again, its record would be the same. */
  static final class UnwritableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnwritableException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
