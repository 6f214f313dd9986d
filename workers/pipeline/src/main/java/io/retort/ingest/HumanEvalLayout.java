package io.retort.ingest;

import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code {prompt, canonical_solution, test, entry_point}}: the head of a Python function with its
 * docstring, the rest of it, and a function {@code check} that tests it.
 */
final class HumanEvalLayout implements RowLayout {
  static final List<String> FIELDS = List.of("prompt", "canonical_solution", "test", "entry_point");

  /** Short, so that these shared words do not make problems overlap. */
  static final String INSTRUCTION = "Complete this Python function in a ```python block:";

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  @Override
  public boolean isIn(JsonRow row) {
    return FIELDS.stream().allMatch(row::has);
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    String prompt = row.verbatim("prompt");
    String function = row.text("entry_point");
    if (!NAME.matcher(function).matches()) {
      throw new RefusedRowException(
          QuarantineReason.WRONG_TYPE,
          "entry_point: " + function + " (expected: the name of a function)");
    }
    return new RowText(
        INSTRUCTION + "\n\n```python\n" + prompt.strip() + "\n```",
        "",
        prompt + row.verbatim("canonical_solution"),
        row.text("test") + "\n\ncheck(" + function + ")");
  }
}
