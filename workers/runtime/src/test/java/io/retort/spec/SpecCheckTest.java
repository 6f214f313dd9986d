package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecCheckTest {
  private static final Path FOLDER = Path.of("/specs");
  private static final String BAD =
      """
      name: Bad Name
      sead: 7
      data:
        train:
        - path: a.jsonl
        - limit: 0
        - path: [b]
      sft:
        learning_rate: -1
      """;

  @Test
  void findsViolationsOfReadingAndOfValuesAtOnce() {
    List<SpecViolation> violations = SpecCheck.of(BAD, List.of("seed=x"), FOLDER);

    assertThat(violations)
        .extracting(SpecViolation::field)
        .contains(
            "seed",
            "sead",
            "name",
            "data.train[1].path",
            "data.train[1].limit",
            "data.train[2].path",
            "sft.learning_rate");
    assertThat(violations)
        .filteredOn(violation -> violation.field().equals("data.train[2].path"))
        .singleElement()
        .extracting(SpecViolation::description)
        .isEqualTo("a list (expected: text)");
    assertThat(SpecCheck.of("data: {train: [{path: a.jsonl}]}", List.of(), FOLDER)).isEmpty();
  }

  @Test
  void tellsTextThatIsNoYaml() {
    assertThat(SpecCheck.of("a: [", List.of(), FOLDER))
        .singleElement()
        .extracting(SpecViolation::description)
        .asString()
        .contains("line 1: ", "(expected: YAML or JSON; check that it is the right file, ");
  }

  @Test
  void knowsTheLineOfAFieldOrOfWhatItIsMissingIn() {
    SpecLines lines = SpecLines.of(BAD);

    assertThat(lines.line("name")).hasValue(1);
    assertThat(lines.line("sft.learning_rate")).hasValue(9);
    assertThat(lines.line("data.train[1].limit")).hasValue(6);
    assertThat(lines.line("data.train[1].path")).hasValue(6);
    assertThat(lines.line("judge.budget")).isEmpty();
    assertThat(SpecLines.of("a: [").line("a")).isEmpty();
    assertThat(SpecLines.of("{\"seed\":\n 1}").line("seed")).hasValue(1);
  }
}
