package io.retort.ingest;

/**
 * {@code {instruction, input, output}}, where the output is a trace with its solution. The input
 * belongs to the problem, and may be absent.
 */
final class InstructionLayout implements RowLayout {
  @Override
  public boolean isIn(JsonRow row) {
    return row.has("instruction") && row.has("output");
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    Trace trace = Trace.parse("output", row.text("output"));
    String instruction = row.text("instruction");
    String input = row.textOrEmpty("input");
    return new RowText(
        input.isEmpty() ? instruction : instruction + "\n" + input, trace.chain(), trace.answer());
  }
}
