package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import io.retort.v1.RunSpec;
import io.retort.worker.Environment;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpecDefaultsTest {
  private static final String LEAST = "data: {train: [{path: /a.jsonl}]}";

  private final SpecDefaults defaults =
      SpecDefaults.from(new Environment(Map.of("RETORT_STUDENT_MODEL", "/models/smol")));

  @Test
  void aRunThatTrainsNothingNeedsNoStudent() throws Exception {
    SpecDefaults bare = SpecDefaults.from(new Environment(Map.of()));

    assertThat(bare.fill(SpecReader.read(LEAST + "\nlast_stage: pair")).getStudent().hasModel())
        .isFalse();
    assertThat(
            defaults.fill(SpecReader.read(LEAST + "\nlast_stage: curate")).getStudent().getModel())
        .isEqualTo("/models/smol");
    RunSpec byTokens =
        SpecReader.read(LEAST + "\nlast_stage: curate\ncuration: {select: {max_tokens: 100}}");
    assertThatThrownBy(() -> bare.fill(byTokens)).hasMessageContaining("student.model");
  }

  @Test
  void fillsEverything() throws Exception {
    RunSpec expected =
        SpecReader.read(
            """
            name: run
            team: default
            seed: 42
            student:
              model: /models/smol
              max_length: 1024
              system_prompt: "Your role as an assistant involves thoroughly exploring questions \
            through a systematic long thinking process before providing the final precise and \
            accurate solutions."
              trace_format: think
              size: 135M
              endpoint: student
            data:
              train: [{path: /a.jsonl, format: auto}]
              shard_rows: 512
              filters: {min_problem_characters: 1, min_chain_characters: 0, decontamination_words: 13}
            judge:
              endpoint: judge
              temperature: 0
              max_tokens: 2048
              concurrency: 16
              roles:
                evaluate: {endpoint: judge, temperature: 0, max_tokens: 2048}
                improve: {endpoint: judge, temperature: 0, max_tokens: 2048}
                validate: {endpoint: judge, temperature: 0, max_tokens: 2048}
                corrupt: {endpoint: judge, temperature: 0, max_tokens: 2048}
                rate: {endpoint: judge, temperature: 0, max_tokens: 2048}
              cache: use
            curation:
              difficulty: judge
              max_rounds: 3
              follow: {samples: 2, threshold: 0.5, max_tokens: 64}
              llm_validation: true
              shards_in_flight: 4
              ratings: false
            sft:
              epochs: 3
              learning_rate: 2e-5
              warmup_ratio: 0.1
              weight_decay: 0.05
              per_device_batch_size: 1
              gradient_accumulation_steps: 8
              checkpoint_steps: 50
              max_truncated_ratio: 0.01
              batching: auto
              activation_checkpointing: false
              liger: true
              validation_ratio: 0
              validation_steps: 50
              early_stopping_patience: 0
              checkpoints_kept: 2
              strategy: ddp
              halve_batch_on_out_of_memory: false
            preference:
              beta: {small: 0.1, medium: 0.2, large: 0.5}
              corrupters: [judge, rules]
              max_pairs_per_problem: 3
              kinds: [wrong_operation, wrong_number, dropped_step, invalid_inference, misread_condition]
              min_magnitude: 0
              max_magnitude: 1
              balance_gaps: false
            cogpo:
              epochs: 1
              learning_rate: 1e-6
              warmup_ratio: 0.1
              weight_decay: 0
              per_device_batch_size: 1
              gradient_accumulation_steps: 8
              checkpoint_steps: 50
              max_truncated_ratio: 0.01
              label_smoothing: 0
              objective: cogpo
              batching: auto
              activation_checkpointing: false
              liger: true
              validation_ratio: 0
              validation_steps: 50
              early_stopping_patience: 0
              checkpoints_kept: 2
              strategy: ddp
              halve_batch_on_out_of_memory: false
            evaluation:
              temperature: 0.6
              top_p: 0.95
              max_new_tokens: 512
              batch_size: 32
              engine: {kind: in_process, dtype: float32, concurrency: 32}
            release: {model: run, alias: latest}
            resources:
              gpus: 0
              cpus: 1
              waiting_deadline_seconds: 3600
              active_deadline_seconds: 86400
              ranks: 1
              memory_gib: 0
              placement: pack
              allow_autoscaling: false
            last_stage: release
            priority: 3
            patience_seconds: 86400
            """);
    RunSpec filled = defaults.fill(SpecReader.read(LEAST));
    assertThat(TextFormat.printer().printToString(filled))
        .isEqualTo(TextFormat.printer().printToString(expected));
    assertThat(new SpecValidator().validate(filled)).isEmpty();
  }

  @Test
  void leavesWhatIsSet() throws Exception {
    RunSpec whole = defaults.fill(SpecReader.read(LEAST));
    assertThat(defaults.fill(whole)).isEqualTo(whole);
    RunSpec zeros =
        SpecReader.read(
            LEAST
                + "\nseed: 0\nstudent: {system_prompt: ''}\ncuration: {llm_validation: false,"
                + " max_rounds: 0}\nsft: {warmup_ratio: 0}");
    RunSpec filled = defaults.fill(zeros);
    assertThat(filled.getSeed()).isZero();
    assertThat(filled.getStudent().getSystemPrompt()).isEmpty();
    assertThat(filled.getCuration().getLlmValidation()).isFalse();
    assertThat(filled.getCuration().getMaxRounds()).isZero();
    assertThat(filled.getSft().getWarmupRatio()).isZero();
  }

  @Test
  void trainsAdaptersFaster() throws Exception {
    RunSpec filled =
        defaults.fill(SpecReader.read(LEAST + "\nsft: {lora: {rank: 4}}\ncogpo: {lora: {}}"));
    assertThat(filled.getSft().getLearningRate()).isEqualTo(2e-4);
    assertThat(filled.getSft().getLora().getAlpha()).isEqualTo(8);
    assertThat(filled.getCogpo().getLearningRate()).isEqualTo(5e-6);
    assertThat(filled.getCogpo().getLora().getRank()).isEqualTo(16);
  }

  @Test
  void completesBenchmarksAndFieldNames() throws Exception {
    RunSpec filled =
        defaults.fill(
            SpecReader.read(
                """
                name: n
                data: {train: [{path: /a, fields: {problem: q}}]}
                evaluation:
                  benchmarks:
                  - {name: one, source: {path: /e}, samples: 1}
                  - {name: many, source: {path: /f}}
                """));
    assertThat(filled.getData().getTrain(0).getFields().getChain()).isEqualTo("chain");
    assertThat(filled.getEvaluation().getBenchmarks(0).getKList()).containsExactly(1);
    assertThat(filled.getEvaluation().getBenchmarks(1).getSamples()).isEqualTo(4);
    assertThat(filled.getEvaluation().getBenchmarks(1).getKList()).containsExactly(1, 4);
    assertThat(filled.getRelease().getModel()).isEqualTo("n");
  }

  @Test
  void wantsAStudentWhereThereIsNoDefault() throws Exception {
    RunSpec spec = SpecReader.read(LEAST);
    SpecDefaults none = SpecDefaults.from(new Environment(Map.of()));
    assertThatThrownBy(() -> none.fill(spec))
        .isInstanceOf(SpecException.class)
        .hasMessageStartingWith("student.model: missing (expected: ");
  }
}
