package io.retort.ingest;

/** {@code {question, answer}}: the chain, then a line {@code #### answer}. */
final class Gsm8kLayout implements RowLayout {
  static final String MARK = "####";

  @Override
  public boolean isIn(JsonRow row) {
    return row.has("question") && row.string("answer").contains(MARK);
  }

  /** A row without the mark is refused, because its solution would become its answer. */
  @Override
  public boolean fits(JsonRow row) {
    return row.has("question") && row.has("answer");
  }

  /** Whether the row has this layout and has no chain beside its answer. */
  static boolean isWhole(JsonRow row) {
    return row.string("answer").contains(MARK)
        && row.has("question")
        && !row.has("problem")
        && !row.hasValue("chain")
        && !row.hasValue("solution");
  }

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
        problem, solution.substring(0, mark), answer(solution.substring(mark + MARK.length())));
  }

  /** The first line, unless a formula of several lines begins there. */
  private static String answer(String written) {
    String answer = written.strip();
    int end = answer.indexOf('\n');
    if (end < 0) {
      return answer;
    }
    String line = answer.substring(0, end);
    return count(line, "{") == count(line, "}")
            && count(line, "\\begin") == count(line, "\\end")
            && count(line, "\\[") == count(line, "\\]")
            && count(line, "$$") % 2 == 0
        ? line
        : answer;
  }

  private static int count(String text, String part) {
    int count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }
}
