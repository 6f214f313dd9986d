package io.retort.ingest;

/** One layout of problem, chain and answer in a JSON row. */
interface RowLayout {
  RowText read(JsonRow row) throws RefusedRowException;

  /** Whether the row shows that it has this layout. */
  boolean isIn(JsonRow row);

  /**
   * Whether a row of a file with this layout has it as well. Any other row may have another layout.
   */
  default boolean fits(JsonRow row) {
    return isIn(row);
  }
}
