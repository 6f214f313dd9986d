package io.retort.ingest;

import org.jspecify.annotations.Nullable;

/** One row of a file before it is parsed; only the beginning of a row that is too long. */
final class RawRow {
  static final int LONGEST_BYTES = 1 << 20;

  private final long number;
  private final byte[] json;
  private final long length;
  private final long longest;
  private final @Nullable String defect;

  private RawRow(long number, byte[] json, long length, long longest, @Nullable String defect) {
    this.number = number;
    this.json = json;
    this.length = length;
    this.longest = longest;
    this.defect = defect;
  }

  /**
   * @param number 1-based: the line, the element of the array, or the row of the Parquet file
   * @param length in bytes, of the whole row; longer than {@code json} if that was truncated
   */
  static RawRow of(long number, byte[] json, long length) {
    return of(number, json, length, LONGEST_BYTES);
  }

  /**
   * @param longest maximum size in bytes of a row of its file
   */
  static RawRow of(long number, byte[] json, long length, long longest) {
    return new RawRow(number, json, length, longest, null);
  }

  /** An array element that is not a row. */
  static RawRow defective(long number, String defect) {
    return new RawRow(number, new byte[0], 0, LONGEST_BYTES, defect);
  }

  long number() {
    return number;
  }

  JsonRow parse() throws RefusedRowException {
    if (defect != null) {
      throw new RefusedRowException(QuarantineReason.NOT_JSON, defect);
    }
    if (length > json.length) {
      throw new RefusedRowException(
          QuarantineReason.TOO_LARGE, length + " bytes (expected: at most " + longest + ")");
    }
    return JsonRow.parse(json);
  }
}
