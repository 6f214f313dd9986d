package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.v1.DataSource;
import io.retort.v1.FieldMapping;
import java.util.List;
import java.util.Optional;

/** Chooses the layout of a source. */
final class RowLayouts {
  /** In this order; {@link NamedFieldsLayout} is the last. */
  private static final List<RowLayout> DETECTED =
      List.of(
          new MessagesLayout(), new InstructionLayout(), new HumanEvalLayout(), new Gsm8kLayout());

  /** The layout that the source names; empty if it is detected. */
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
   * Detects the layout of a row: {@code messages} or {@code conversations}; {@code instruction} and
   * {@code output}; {@code prompt}, {@code canonical_solution}, {@code test} and {@code
   * entry_point}; {@code question} and {@code answer} with {@code ####}; mapped names, or {@code
   * problem|question}, {@code chain|solution} and {@code answer|true_answer}. Empty if it is none
   * of these.
   */
  static Optional<RowLayout> detect(DataSource source, JsonRow row) {
    if (!source.hasFields()) {
      for (RowLayout layout : DETECTED) {
        if (layout.isIn(row)) {
          return Optional.of(layout);
        }
      }
    }
    RowLayout fields = new NamedFieldsLayout(source.getFields(), row);
    return fields.isIn(row) ? Optional.of(fields) : Optional.empty();
  }

  /** Why {@link #detect} finds no layout. */
  static String unknown(JsonRow row) {
    return "fields "
        + row.fieldsAndNulls()
        + " (expected: messages or conversations; instruction and output; question and answer with"
        + " ####; prompt, canonical_solution, test and entry_point; or problem and answer,"
        + " mapped by `fields` where they have other names)";
  }

  private static FieldsLayout mapped(FieldMapping mapping) {
    return new FieldsLayout(
        mapping.hasProblem() ? mapping.getProblem() : "problem",
        mapping.hasChain() ? mapping.getChain() : "chain",
        mapping.hasAnswer() ? mapping.getAnswer() : "answer",
        mapping.getTests());
  }

  private RowLayouts() {}
}
