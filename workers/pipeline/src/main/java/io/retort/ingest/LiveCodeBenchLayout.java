package io.retort.ingest;

import io.retort.v1.CodeTest;
import io.retort.v1.CodeTests;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code {question_title, question_content, question_id, contest_date, starter_code,
 * public_test_cases, private_test_cases, metadata}}, all texts. Programs are graded by the public
 * tests and then the private tests, which are functional tests if {@code metadata} names a
 * function, else tests of standard input.
 */
final class LiveCodeBenchLayout implements RowLayout {
  private static final Pattern FUNCTION = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final int DATE_CHARACTERS = "2024-01-31".length();
  private static final int LONGEST_ROW_BYTES = 128 << 20;
  private static final int LONGEST_TESTS_BYTES = 512 << 20;

  private final int mostBytes;

  /** The tests of a row may use an eighth of this process's memory, at most 512 MiB. */
  LiveCodeBenchLayout() {
    this((int) Math.min(LONGEST_TESTS_BYTES, Runtime.getRuntime().maxMemory() / 8));
  }

  /**
   * @param mostBytes maximum size of the tests of a row after decompression
   */
  LiveCodeBenchLayout(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Maximum size of a row of a file: a sixteenth of this process's memory, at most 128 MiB. */
  static int longestRowBytes() {
    return (int) Math.min(LONGEST_ROW_BYTES, Runtime.getRuntime().maxMemory() / 16);
  }

  @Override
  public boolean isIn(JsonRow row) {
    return row.has("question_content") && row.has("public_test_cases");
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    List<CodeTest> tests =
        new ArrayList<>(
            LiveCodeBenchTests.read("public_test_cases", row.text("public_test_cases"), mostBytes));
    String hidden = row.textOrEmpty("private_test_cases");
    if (!hidden.isEmpty()) {
      tests.addAll(LiveCodeBenchTests.read("private_test_cases", hidden, mostBytes));
    }
    if (tests.isEmpty()) {
      throw new RefusedRowException(
          QuarantineReason.BAD_TESTS, "no test (expected: at least one, public or private)");
    }
    String function = function(row);
    String starterCode = starterCode(row);
    CodeTests codeTests =
        CodeTests.newBuilder()
            .setKind(
                function.isEmpty() ? CodeTests.Kind.KIND_STDIN : CodeTests.Kind.KIND_FUNCTIONAL)
            .setFunction(function)
            .setStarterCode(starterCode)
            .addAllTests(tests)
            .build();
    return RowText.ofProgram(
        problem(row.text("question_content"), starterCode, function.isEmpty()),
        codeTests,
        LiveCodeBenchErrata.of(row.textOrEmpty("question_id"), row.textOrEmpty("question_title")),
        date(row.text("contest_date")));
  }

  private static String problem(String content, String starterCode, boolean stdin) {
    if (!starterCode.isEmpty()) {
      return content + "\n\nComplete this Python code:\n\n```python\n" + starterCode + "\n```";
    }
    return stdin
        ? content + "\n\nRead the input from standard input and print the output."
        : content;
  }

  private static String starterCode(JsonRow row) throws RefusedRowException {
    return row.textOrEmpty("starter_code").isEmpty()
        ? ""
        : row.verbatim("starter_code").stripTrailing();
  }

  /** The function's name; empty if the metadata name none. */
  private static String function(JsonRow row) throws RefusedRowException {
    String metadata = row.textOrEmpty("metadata");
    if (metadata.isEmpty()) {
      return "";
    }
    JsonRow parsed;
    try {
      parsed = JsonRow.parse(metadata);
    } catch (RefusedRowException e) {
      throw new RefusedRowException(e.reason(), "metadata: " + e.getMessage());
    }
    if (!parsed.has("func_name")) {
      return "";
    }
    String function = parsed.text("func_name");
    if (!FUNCTION.matcher(function).matches()) {
      throw new RefusedRowException(
          QuarantineReason.WRONG_TYPE,
          "metadata.func_name: not a name (expected: the name of a Python function)");
    }
    return function;
  }

  private static String date(String written) throws RefusedRowException {
    String date = written.substring(0, Math.min(DATE_CHARACTERS, written.length()));
    try {
      return LocalDate.parse(date).toString();
    } catch (DateTimeException e) {
      throw new RefusedRowException(
          QuarantineReason.WRONG_TYPE,
          "contest_date: no date (expected: YYYY-MM-DD, and then a time or nothing)");
    }
  }
}
