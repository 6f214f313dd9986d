package io.retort.ingest;

/** {@code {question, answer}}: the chain, then a line {@code #### answer}. */
final class Gsm8kLayout implements RowLayout {
  static final String MARK = "####";

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    String problem = row.text("question");
    String solution = row.text("answer");
    int mark = solution.lastIndexOf(MARK);
    if (mark < 0) {
      throw new RefusedRowException(
          QuarantineReason.NO_ANSWER,
          "answer: no " + MARK + " (expected: a line " + MARK + " and the answer)");
    }
    return new RowText(
        problem, solution.substring(0, mark), solution.substring(mark + MARK.length()));
  }
}
