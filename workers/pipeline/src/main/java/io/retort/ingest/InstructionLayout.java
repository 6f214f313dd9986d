package io.retort.ingest;

/** {@code {instruction, output}}, the output being a trace with its solution. */
final class InstructionLayout implements RowLayout {
  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    Trace trace = Trace.parse("output", row.text("output"));
    return new RowText(row.text("instruction"), trace.chain(), trace.answer());
  }
}
