package io.retort.rows;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.retort.store.ProtoJson;

/**
 * A record in its stored form, printed once when its row ends.
 *
 * @param json without a line end
 * @param outcome label for metrics
 */
record RowLine(ByteString json, String outcome) {
  /** Far above the size of real chains; readers hold several copies of a line in memory. */
  static final int LONGEST_BYTES = 8 << 20;

  /**
   * @throws UnwritableException if the record cannot be written for any reason
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
   * For records that an earlier attempt stored, or that cannot be made smaller.
   *
   * @throws UnwritableException if the record cannot be printed
   */
  static <R extends Message> RowLine ofAnySize(ShardJob<?, R> job, R rowRecord) {
    try {
      return new RowLine(
          ByteString.copyFromUtf8(ProtoJson.print(rowRecord)), job.outcome().apply(rowRecord));
    } catch (RuntimeException | StackOverflowError e) {
      throw new UnwritableException("the record cannot be printed: " + e, e);
    }
  }

  /** The row itself is the problem: a repetition would result in the same record. */
  static final class UnwritableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnwritableException(String message, @org.jspecify.annotations.Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
