package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.retort.v1.DifficultySignal;
import io.retort.v1.RunSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecReaderTest {
  @Test
  void readsYaml() throws SpecException {
    RunSpec spec =
        SpecReader.read(
            """
            # a comment
            name: demo
            seed: 7
            student: {size: 7B, system_prompt: "Think."}
            data:
              train:
              - path: a.jsonl
                limit: 1_000
            curation: {difficulty: measured, llm_validation: false}
            sft: {learning_rate: 2e-5, epochs: 2}
            preference:
              corrupters: [RULES, CORRUPTER_JUDGE]
            cogpo:
            """);
    assertThat(spec.getSeed()).isEqualTo(7);
    assertThat(spec.getStudent().getSize()).isEqualTo("7B");
    assertThat(spec.getData().getTrain(0).getLimit()).isEqualTo(1000);
    assertThat(spec.getCuration().getDifficulty())
        .isEqualTo(DifficultySignal.DIFFICULTY_SIGNAL_MEASURED);
    assertThat(spec.getCuration().hasLlmValidation()).isTrue();
    assertThat(spec.getSft().getLearningRate()).isEqualTo(2e-5);
    assertThat(spec.getSft().getEpochs()).isEqualTo(2.0);
    assertThat(spec.getPreference().getCorruptersCount()).isEqualTo(2);
    assertThat(spec.hasCogpo()).isFalse();
  }

  @Test
  void readsJsonWithTabs() throws SpecException {
    RunSpec spec = SpecReader.read("{\n\t\"name\": \"a\",\n\t\"seed\": 4294967295}");
    assertThat(spec.getName()).isEqualTo("a");
    assertThat(Integer.toUnsignedString(spec.getSeed())).isEqualTo("4294967295");
  }

  @Test
  void readsAFlowMappingOfYaml() throws SpecException {
    assertThat(SpecReader.read("{name: a, seed: 3}").getSeed()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "seed: -1 | seed: -1 (expected: a whole number from 0 to 4294967295)",
        "seed: 1.5 | seed: 1.5 (expected: a whole number)",
        "seed: '7' | seed: \"7\" (expected: a whole number)",
        "seed: [1] | seed: a list (expected: a whole number)",
        "name: 12 | name: 12 (expected: text; put it in quotes)",
        "nam: a | nam: unknown key (expected: name)",
        "sft: {learningRate: 1} | sft.learningRate: unknown key (expected: learning_rate)",
        "sft: {lr_schedule_kind: 1} | sft.lr_schedule_kind: unknown key (expected: one of epochs,"
            + " max_steps, learning_rate, warmup_ratio, weight_decay, per_device_batch_size,"
            + " gradient_accumulation_steps, checkpoint_steps, max_truncated_ratio, lora,"
            + " label_smoothing, objective, beta, batching, activation_checkpointing, liger, validation_ratio,"
            + " validation_steps, early_stopping_patience, checkpoints_kept, strategy,"
            + " halve_batch_on_out_of_memory, reporters)",
        "sft: 3 | sft: 3 (expected: a mapping with epochs, max_steps, learning_rate, warmup_ratio,"
            + " weight_decay, per_device_batch_size, gradient_accumulation_steps, checkpoint_steps,"
            + " max_truncated_ratio, lora, label_smoothing, objective, beta, batching, activation_checkpointing, liger, validation_ratio,"
            + " validation_steps, early_stopping_patience, checkpoints_kept, strategy,"
            + " halve_batch_on_out_of_memory, reporters)",
        "sft: {epochs: .inf} | sft.epochs: .inf (expected: a number)",
        "sft: {epochs: 1e999} | sft.epochs: 1e999 (expected: a number)",
        "data: {train: {path: a}} | data.train: a mapping (expected: a list)",
        "data: {train: [{path: a, limit: many}]} | data.train[0].limit: \"many\" (expected: a whole"
            + " number)",
        "curation: {difficulty: guess} | curation.difficulty: \"guess\" (expected: one of judge,"
            + " measured, both)",
        "curation: {difficulty: unspecified} | curation.difficulty: \"unspecified\" (expected: one"
            + " of judge, measured, both)",
        "curation: {llm_validation: maybe} | curation.llm_validation: \"maybe\" (expected: true or"
            + " false)",
        "preference: {corrupters: [rules, null]} | preference.corrupters[1]: missing (expected: a"
            + " value)",
        "- a | a list (expected: a mapping with name, team, seed, student, data, judge, curation,"
            + " sft, preference, cogpo, evaluation, release, resources, last_stage, priority,"
            + " patience_seconds, models)",
        "name: !!java.net.URL [a] | line 1: Global tag is not allowed: tag:yaml.org,2002:java.net.URL"
            + " (expected: YAML or JSON; check that it is the right file, its indentation, and the"
            + " quotes around values that contain a colon)",
        "name: !secret a | name: tag !secret (expected: no tag)",
        "{\"seed\": 1, | line 1: Unexpected end-of-input within/between Object entries (expected:"
            + " JSON)",
        "{\"sft\": {\"learning_rate\": 1e99999999999999}} | sft.learning_rate: 1e99999999999999"
            + " (expected: a number)",
        "evaluation: {engine: {endpoint: {headers: ['X-Key: hunter2']}}} |"
            + " evaluation.engine.endpoint.headers[0]: a value that is not shown because it may hold"
            + " a key (expected: a mapping with name, value)",
        "evaluation: {engine: {endpoint: {headers: [{name: X, value: 20250101}]}}} |"
            + " evaluation.engine.endpoint.headers[0].value: a value that is not shown because it may"
            + " hold a key (expected: text; put it in quotes)",
        "seed: https://user:hunter2@h/v1?a=b | seed: \"https://...@h/v1?...\" (expected: a whole"
            + " number)",
      })
  void namesFieldValueAndExpectation(String text, String message) {
    assertThat(violations(text)).containsExactly(message);
  }

  @Test
  void tellsEverythingAtOnce() {
    assertThat(violations("seed: x\nsft: {epochs: y, lr: 1}\nname: [1]"))
        .containsExactly(
            "seed: \"x\" (expected: a whole number)",
            "sft.epochs: \"y\" (expected: a number)",
            "sft.lr: unknown key (expected: one of epochs, max_steps, learning_rate, warmup_ratio,"
                + " weight_decay, per_device_batch_size, gradient_accumulation_steps,"
                + " checkpoint_steps, max_truncated_ratio, lora, label_smoothing, objective, beta, batching, activation_checkpointing, liger, validation_ratio,"
                + " validation_steps, early_stopping_patience, checkpoints_kept, strategy,"
                + " halve_batch_on_out_of_memory, reporters)",
            "name: a list (expected: text)");
  }

  @Test
  void refusesAKeyTwice() {
    assertThat(violations("seed: 1\nseed: 2"))
        .containsExactly("seed: again in line 2 (expected: each key once)");
    assertThat(violations("{\"seed\": 1, \"seed\": 2}")).hasSize(1);
  }

  @Test
  void tellsTheLineOfBrokenYaml() {
    assertThat(violations("name: a\nsft: [1\nseed: 2").get(0)).contains("line 3");
    assertThat(violations("name: a\nseed: 2\n\0\nsft: {}"))
        .containsExactly("line 3: the character U+0000 (expected: text that can be printed)");
  }

  @Test
  void refusesAnAliasBomb() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int level = 1; level < 6; level++) {
      bomb.append("a").append(level).append(": &a").append(level).append(" [");
      bomb.append(("*a" + (level - 1) + ", ").repeat(9)).append("*a").append(level - 1);
      bomb.append("]\n");
    }
    assertThat(violations(bomb.toString()).get(0)).contains("aliases");
  }

  @Test
  void refusesAnAliasInsideItsOwnAnchor() {
    assertThat(violations("data: &d {train: [*d]}").get(0)).contains("nested deeper than 32");
  }

  @Test
  void refusesDeepNestingAndLongText() {
    assertThat(violations("a: " + "[".repeat(100_000)).get(0)).containsIgnoringCase("nesting");
    assertThat(violations("{\"a\":".repeat(40) + "1" + "}".repeat(40)).get(0))
        .containsIgnoringCase("nesting");
    assertThat(violations("#".repeat(2_000_000)))
        .containsExactly("2000000 characters (expected: at most 1048576)");
  }

  @Test
  void replacesFields() throws SpecException {
    RunSpec spec =
        SpecReader.read(
            "data: {train: [{path: a}, {path: b}]}",
            List.of("data.train[1].limit=64", "sft.lora.rank=8", "sft.epochs = 2", "name=x"));
    assertThat(spec.getData().getTrain(1).getLimit()).isEqualTo(64);
    assertThat(spec.getData().getTrain(1).getPath()).isEqualTo("b");
    assertThat(spec.getSft().getLora().getRank()).isEqualTo(8);
    assertThat(spec.getName()).isEqualTo("x");
  }

  @Test
  void tellsWhichReplacementIsWrong() {
    SpecException thrown =
        catchThrowableOfType(
            SpecException.class,
            () ->
                SpecReader.read(
                    "seed: 1", List.of("seed", "a..b=1", "data.train[3].limit=1", "sead=2")));
    assertThat(thrown.violations())
        .extracting(SpecViolation::toString)
        .containsExactly(
            "\"seed\" (expected: field=value, for example seed=7)",
            "a..b: \"\" (expected: a field name, or name[index])",
            "data.train[3].limit: index 3 (expected: at most 0, the next free)",
            "sead: unknown key (expected: seed)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello | data.train[0].path=a | 'hello' (expected: a mapping, in which to set"
            + " data.train[0].path)",
        "sft: 3 | sft.epochs=2 | sft: 3 (expected: a mapping, in which to set sft.epochs)",
        "data: x | data.train[0].path=a | data: 'x' (expected: a mapping, in which to set"
            + " data.train[0].path)",
        "data: {train: a} | data.train[0].path=b | data.train: 'a' (expected: a list, in which to"
            + " set data.train[0].path)",
        "data: {train: [a]} | data.train[0].path=b | data.train[0]: 'a' (expected: a mapping, in"
            + " which to set data.train[0].path)",
      },
      quoteCharacter = '~')
  void whatIsNotTheParentOfAFieldIsNotReplaced(String text, String override, String message) {
    SpecException thrown =
        catchThrowableOfType(SpecException.class, () -> SpecReader.read(text, List.of(override)));

    assertThat(thrown.violations())
        .extracting(SpecViolation::toString)
        .containsExactly(message.replace('\'', '"'));
  }

  @Test
  void aReplacementWithNothingIsAnEmptyTextOrTheDefaultOfAnyOtherField() throws SpecException {
    RunSpec spec =
        SpecReader.read(
            "seed: 7\ndata:", List.of("student.system_prompt=", "seed=", "data.train[0].path=a"));

    assertThat(spec.getStudent().hasSystemPrompt()).isTrue();
    assertThat(spec.getStudent().getSystemPrompt()).isEmpty();
    assertThat(spec.hasSeed()).isFalse();
    assertThat(spec.getData().getTrainCount()).isEqualTo(1);
  }

  private static List<String> violations(String text) {
    SpecException thrown = catchThrowableOfType(SpecException.class, () -> SpecReader.read(text));
    return thrown.violations().stream().map(SpecViolation::toString).toList();
  }
}
