package io.retort.ingest;

/**
 * Texts that a layout finds in a row.
 *
 * @param chain may still have marks and a final-answer line; empty when the row has none
 * @param answer may still have {@code \boxed{}} and thousands separators
 * @param tests unit tests of a code answer; empty when the row has none
 */
record RowText(String problem, String chain, String answer, String tests) {
  /** The texts of a row without unit tests. */
  RowText(String problem, String chain, String answer) {
    this(problem, chain, answer, "");
  }
}
