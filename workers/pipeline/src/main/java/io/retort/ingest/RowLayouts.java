package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.v1.DataSource;
import io.retort.v1.FieldMapping;
import java.util.List;
import java.util.Optional;

/** Chooses the layout of a source. */
final class RowLayouts {
  private static final List<String> PROBLEM_NAMES = List.of("problem", "question");
  private static final List<String> CHAIN_NAMES = List.of("chain", "solution");
  private static final List<String> ANSWER_NAMES = List.of("answer", "true_answer");

  /** The layout that the source names; empty if it is detected from the first row of each file. */
  static Optional<RowLayout> named(DataSource source) {
    return switch (source.getFormat()) {
      case DATA_FORMAT_GSM8K -> Optional.of(new Gsm8kLayout());
      case DATA_FORMAT_FIELDS -> Optional.of(mapped(source.getFields()));
      case DATA_FORMAT_INSTRUCTION -> Optional.of(new InstructionLayout());
      case DATA_FORMAT_MESSAGES -> Optional.of(new MessagesLayout());
      case DATA_FORMAT_HUMANEVAL -> Optional.of(new HumanEvalLayout());
      case DATA_FORMAT_GPQA -> Optional.of(new GpqaLayout());
      case DATA_FORMAT_LIVECODEBENCH -> Optional.of(new LiveCodeBenchLayout());
      case DATA_FORMAT_AUTO, DATA_FORMAT_UNSPECIFIED -> Optional.empty();
      case UNRECOGNIZED ->
          throw Failures.user(
              "DATA_FORMAT_UNKNOWN",
              source.getPath()
                  + ": format "
                  + source.getFormatValue()
                  + " (expected: a known one)");
    };
  }

  /**
   * Detects the layout of a file from its first row: {@code messages} or {@code conversations};
   * {@code instruction} and {@code output}; {@code prompt}, {@code canonical_solution}, {@code
   * test} and {@code entry_point}; {@code question} and {@code answer} with {@code ####}; mapped
   * names, or {@code problem|question}, {@code chain|solution} and {@code answer|true_answer}.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_FORMAT_UNKNOWN if it is none of these
   */
  static RowLayout detect(DataSource source, JsonRow first, String where) {
    if (!source.hasFields()) {
      if (MessagesLayout.isIn(first)) {
        return new MessagesLayout();
      }
      if (first.has("instruction") && first.has("output")) {
        return new InstructionLayout();
      }
      if (HumanEvalLayout.FIELDS.stream().allMatch(first::has)) {
        return new HumanEvalLayout();
      }
      if (isGsm8k(first)) {
        return new Gsm8kLayout();
      }
    }
    FieldsLayout fields = byFirstRow(source.getFields(), first);
    if (first.has(fields.problem()) && first.has(fields.answer())) {
      return fields;
    }
    throw Failures.user(
        "DATA_FORMAT_UNKNOWN",
        where
            + ": fields "
            + first.fields()
            + " (expected: messages or conversations; instruction and output; question and answer with"
            + " ####; prompt, canonical_solution, test and entry_point; or problem and answer,"
            + " mapped by `fields` where they have other names)");
  }

  private static boolean isGsm8k(JsonRow row) {
    try {
      return row.has("question") && row.text("answer").contains(Gsm8kLayout.MARK);
    } catch (RefusedRowException e) {
      return false;
    }
  }

  private static FieldsLayout mapped(FieldMapping mapping) {
    return new FieldsLayout(
        mapping.hasProblem() ? mapping.getProblem() : PROBLEM_NAMES.get(0),
        mapping.hasChain() ? mapping.getChain() : CHAIN_NAMES.get(0),
        mapping.hasAnswer() ? mapping.getAnswer() : ANSWER_NAMES.get(0),
        mapping.getTests());
  }

  private static FieldsLayout byFirstRow(FieldMapping mapping, JsonRow first) {
    return new FieldsLayout(
        mapping.hasProblem() ? mapping.getProblem() : present(first, PROBLEM_NAMES),
        mapping.hasChain() ? mapping.getChain() : present(first, CHAIN_NAMES),
        mapping.hasAnswer() ? mapping.getAnswer() : present(first, ANSWER_NAMES),
        mapping.getTests());
  }

  private static String present(JsonRow row, List<String> names) {
    return names.stream().filter(row::has).findFirst().orElse(names.get(0));
  }

  private RowLayouts() {}
}
