package io.retort.judge.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.retort.judge.failure.JudgeException;
import io.retort.v1.CorruptionKind;
import io.retort.v1.PromptFile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptOverridesTest {
  private static final String USER =
      "Chain: {{data:chain}} of {{data:problem}}, which ends in {{data:answer}}.";

  private final PromptOverrides overrides = new PromptOverrides();

  @Test
  void withoutFilesThePromptsAreTheBuiltInOnes() {
    assertThat(overrides.with(List.of()).versions()).isEqualTo(Prompts.load().versions());
    assertThat(overrides.cached()).isZero();
  }

  @Test
  void aFileReplacesTheBuiltInOneAndTheVersionTellsSo() {
    Prompts prompts = overrides.with(List.of(file("evaluate-v1.user.txt", USER + "\n")));

    Map<String, String> values =
        Map.of("student_size", "7B", "problem", "P", "answer", "A", "chain", "C");
    assertThat(prompts.evaluate().messages(values).get(1).content())
        .isEqualTo(
            "Chain: <data name=\"chain\">\nC\n</data> of <data name=\"problem\">\nP\n</data>,"
                + " which ends in <data name=\"answer\">\nA\n</data>.");
    assertThat(prompts.evaluate().messages(values).get(0))
        .isEqualTo(Prompts.load().evaluate().messages(values).get(0));
    assertThat(prompts.evaluate().version())
        .matches("evaluate-v1-[0-9a-f]{6}")
        .isNotEqualTo(Prompts.load().evaluate().version());
    assertThat(prompts.validate().version()).isEqualTo(Prompts.load().validate().version());
  }

  @Test
  void aVariantAndASchemaCanBeReplaced() {
    Prompts prompts =
        overrides.with(
            List.of(
                file("corrupt-v1.wrong-number.txt", "Every number is wrong."),
                file(
                    "rate-v1.schema.json",
                    "{\"type\": \"object\", \"required\": [\"verbosity\","
                        + " \"cognitive_difficulty\"], \"properties\": {\"verbosity\": {},"
                        + " \"cognitive_difficulty\": {}, \"more\": {}}}")));

    Prompt corrupt =
        prompts.corrupt().getOrDefault(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER, prompts.rate());
    assertThat(
            corrupt.messages(Map.of("problem", "P", "answer", "A", "chain", "C")).get(1).content())
        .contains("The mistake: Every number is wrong.");
    assertThat(prompts.rate().format())
        .hasValueSatisfying(format -> assertThat(format.schema().toString()).contains("more"));
  }

  @Test
  void theSameContentIsReadOnceAndTheCacheIsBounded() {
    Prompts first = overrides.with(List.of(file("evaluate-v1.user.txt", USER)));

    assertThat(overrides.with(List.of(file("evaluate-v1.user.txt", USER)))).isSameAs(first);
    for (int index = 0; index < 100; index++) {
      assertThat(overrides.with(List.of(file("evaluate-v1.user.txt", USER + index))))
          .isNotSameAs(first);
    }
    assertThat(overrides.cached()).isEqualTo(32);
  }

  @Test
  void invalidReplacementsAreRefusedWithTheirFileAndWhatWasExpected() {
    assertInvalid(
        "evaluate-v1.usr.txt",
        USER,
        "context.prompts: evaluate-v1.usr.txt: unknown (expected: one of corrupt-v1.dropped-step");
    assertInvalid("evaluate-v1.user.txt", " \n", "evaluate-v1.user.txt: empty (expected: a text)");
    assertInvalid(
        "evaluate-v1.user.txt",
        "x".repeat(70_000),
        "evaluate-v1.user.txt: 70000 characters (expected: at most 65536 characters)");
    assertInvalid(
        "evaluate-v1.user.txt",
        "{{data:problem}} {{data:answer}}",
        "evaluate-v1.user.txt: without {{data:chain}} (expected: every placeholder of the built-in"
            + " file: {{data:answer}}, {{data:chain}}, {{data:problem}})");
    assertInvalid(
        "evaluate-v1.user.txt",
        USER + "{{word:chain}}",
        "evaluate-v1.user.txt: with {{word:chain}} (expected: no placeholder but those of");
    assertInvalid(
        "corrupt-v1.wrong-number.txt",
        "{{data:chain}}",
        "corrupt-v1.wrong-number.txt: with {{data:chain}} (expected: no placeholder)");
    assertInvalid(
        "evaluate-v1.schema.json",
        "{\"type\": ",
        "evaluate-v1.schema.json: not JSON (Unexpected end-of-input");
    assertInvalid(
        "evaluate-v1.schema.json",
        "[]",
        "evaluate-v1.schema.json: not the schema of an object (expected: a JSON schema with");
    assertInvalid(
        "evaluate-v1.schema.json",
        "{\"type\": \"object\", \"properties\": {\"critique\": {}}, \"required\": [\"critique\"]}",
        "evaluate-v1.schema.json: without the required property \"difficulty\" (expected: the"
            + " required properties critique, difficulty)");
    assertThat(overrides.cached()).isZero();
  }

  @Test
  void aFileIsGivenOnce() {
    JudgeException thrown =
        catchThrowableOfType(
            JudgeException.class,
            () ->
                overrides.with(
                    List.of(
                        file("evaluate-v1.user.txt", USER), file("evaluate-v1.user.txt", USER))));

    assertThat(thrown).hasMessageContaining("evaluate-v1.user.txt: given twice");
  }

  private void assertInvalid(String name, String text, String message) {
    JudgeException thrown =
        catchThrowableOfType(JudgeException.class, () -> overrides.with(List.of(file(name, text))));
    assertThat(thrown.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(thrown).hasMessageContaining(message);
  }

  private static PromptFile file(String name, String text) {
    return PromptFile.newBuilder().setName(name).setText(text).build();
  }
}
