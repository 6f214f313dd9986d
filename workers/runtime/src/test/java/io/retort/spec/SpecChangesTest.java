package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.FieldMask;
import io.retort.v1.RunSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecChangesTest {
  private static final String ORIGIN =
      """
      seed: 4294967295
      data: {train: [{path: /a, format: gsm8k}, {path: /b}]}
      sft: {epochs: 2, learning_rate: 1e-5, lora: {rank: 8}}
      preference: {corrupters: [judge, rules]}
      """;

  @Test
  void changesWhatIsNamedAndNothingElse() throws SpecException {
    RunSpec origin = SpecReader.read(ORIGIN);
    SpecChanges changes =
        SpecChanges.parse(
            origin,
            List.of(
                "sft.epochs=1",
                "data.train[1].limit=5",
                "sft.lora=null",
                "preference.corrupters=[rules]"));
    assertThat(changes.mask().getPathsList())
        .containsExactly("data.train", "preference.corrupters", "sft.epochs", "sft.lora");
    RunSpec changed = SpecChanges.apply(origin, changes.spec(), changes.mask());
    assertThat(changed)
        .isEqualTo(
            SpecReader.read(
                """
                seed: 4294967295
                data: {train: [{path: /a, format: gsm8k}, {path: /b, limit: 5}]}
                sft: {epochs: 1, learning_rate: 1e-5}
                preference: {corrupters: [rules]}
                """));
  }

  @Test
  void refusesAMaskThatNamesNoField() throws SpecException {
    RunSpec origin = SpecReader.read(ORIGIN);
    FieldMask mask =
        FieldMask.newBuilder().addPaths("sft.epoch").addPaths("data.train.path").build();
    assertThatThrownBy(() -> SpecChanges.apply(origin, RunSpec.getDefaultInstance(), mask))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("update_mask: sft.epoch (expected: ")
        .hasMessageContaining("update_mask: data.train.path (expected: ");
  }

  @Test
  void refusesAnUnknownField() throws SpecException {
    RunSpec origin = SpecReader.read(ORIGIN);
    assertThatThrownBy(() -> SpecChanges.parse(origin, List.of("sft.epoch=1")))
        .hasMessage("sft.epoch: unknown key (expected: epochs)");
  }

  @Test
  void resolvesRelativePathsAgainstTheSpecsFolder() throws SpecException {
    RunSpec spec =
        SpecReader.read(
            """
            student: {model: ../m}
            data: {train: [{path: d/a.jsonl}, {path: /b.jsonl}, {path: "file:///c.jsonl"}]}
            evaluation: {benchmarks: [{name: e, source: {path: e.jsonl}}]}
            """);
    RunSpec resolved = SpecPaths.resolve(spec, Path.of("/specs/x"));
    assertThat(resolved.getStudent().getModel()).isEqualTo("/specs/m");
    assertThat(resolved.getData().getTrain(0).getPath()).isEqualTo("/specs/x/d/a.jsonl");
    assertThat(resolved.getData().getTrain(1).getPath()).isEqualTo("/b.jsonl");
    assertThat(resolved.getData().getTrain(2).getPath()).isEqualTo("file:///c.jsonl");
    assertThat(resolved.getEvaluation().getBenchmarks(0).getSource().getPath())
        .isEqualTo("/specs/x/e.jsonl");
    assertThat(new SpecValidator().validate(resolved)).isEmpty();
  }
}
