package io.retort.ingest;

/** {@code {instruction, output}}, where the output is a trace with its solution. */
final class InstructionLayout implements RowLayout {
  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    Trace trace = Trace.parse("output", row.text("output"));
    return new RowText(row.text("instruction"), trace.chain(), trace.answer());
  }
}
