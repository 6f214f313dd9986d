package io.retort.ingest;

/**
 * One field each for problem, chain, answer and unit tests. The chain may be absent, as in
 * benchmarks; the answer may be a number.
 *
 * @param tests empty if no field contains unit tests
 */
record FieldsLayout(String problem, String chain, String answer, String tests)
    implements RowLayout {
  @Override
  public boolean isIn(JsonRow row) {
    return row.has(problem) && row.has(answer);
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    return new RowText(
        row.text(problem),
        row.textOrEmpty(chain),
        row.textOrNumber(answer, QuarantineReason.NO_ANSWER),
        tests.isEmpty() ? "" : row.textOrEmpty(tests));
  }
}
