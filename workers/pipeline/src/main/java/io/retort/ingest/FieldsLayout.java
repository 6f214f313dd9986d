package io.retort.ingest;

/**
 * One field each for problem, chain and answer. The chain may be absent, as it is in benchmarks;
 * the answer may be a number.
 */
record FieldsLayout(String problem, String chain, String answer) implements RowLayout {
  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    return new RowText(
        row.text(problem),
        row.textOrEmpty(chain),
        row.textOrNumber(answer, QuarantineReason.NO_ANSWER));
  }
}
