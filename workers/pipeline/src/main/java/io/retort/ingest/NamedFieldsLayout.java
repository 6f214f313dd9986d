package io.retort.ingest;

import io.retort.v1.FieldMapping;
import java.util.List;

/**
 * Fields with known names, or with the names of a mapping. Of two known names, a row may have
 * either; in a row that has both, the one is read that the first row of its file had.
 */
final class NamedFieldsLayout implements RowLayout {
  private final List<String> problems;
  private final List<String> chains;
  private final List<String> answers;
  private final String tests;

  NamedFieldsLayout(FieldMapping mapping, JsonRow first) {
    problems = names(mapping.hasProblem(), mapping.getProblem(), first, "problem", "question");
    chains = names(mapping.hasChain(), mapping.getChain(), first, "chain", "solution");
    answers = names(mapping.hasAnswer(), mapping.getAnswer(), first, "answer", "true_answer");
    tests = mapping.getTests();
  }

  @Override
  public boolean isIn(JsonRow row) {
    return row.has(present(row, problems))
        && row.has(present(row, answers))
        // In a file whose first answer has no mark, others may have one.
        && !(isDefault() && Gsm8kLayout.isWhole(row));
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    return new FieldsLayout(
            present(row, problems), present(row, chains), present(row, answers), tests)
        .read(row);
  }

  private boolean isDefault() {
    return problems.size() > 1 && chains.size() > 1 && answers.size() > 1 && tests.isEmpty();
  }

  private static List<String> names(
      boolean mapped, String name, JsonRow first, String usual, String other) {
    if (mapped) {
      return List.of(name);
    }
    return first.has(usual) || !first.has(other) ? List.of(usual, other) : List.of(other, usual);
  }

  /** The first name with a value; without any, the first. */
  private static String present(JsonRow row, List<String> names) {
    for (String name : names) {
      if (row.hasValue(name)) {
        return name;
      }
    }
    return names.get(0);
  }
}
