package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SpecReferenceTest {
  @Test
  void knowsWhatAFieldIs() {
    SpecField rate = SpecReference.find("sft.learning_rate").orElseThrow();

    assertThat(rate.type()).isEqualTo("number");
    assertThat(rate.defaultValue()).isEqualTo("2e-4 with lora, else 2e-5");
    assertThat(rate.bounds()).isEqualTo("> 0 and <= 1");
    assertThat(rate.readers()).containsExactly(Stage.STAGE_SFT);
    SpecField format = SpecReference.find("data.train[3].format").orElseThrow();
    assertThat(format.path()).isEqualTo("data.train.format");
    assertThat(format.defaultValue()).isEqualTo("auto, or fields where fields are given");
    assertThat(format.values())
        .contains(
            new SpecField.EnumValue(
                "gsm8k", "{question, answer} with #### and calculator annotations."));
    SpecField team = SpecReference.find("team").orElseThrow();
    assertThat(team.readers()).isEmpty();
    assertThat(team.operational()).isEqualTo("who owns the run");
    assertThat(team.comment())
        .isEqualTo(
            "Team that owns the run: roles are granted in it, and GPU slots are shared by it.");
  }

  @Test
  void saysWhatOneTrainingStageRefuses() {
    for (String field : List.of("sft.objective", "sft.beta", "sft.label_smoothing")) {
      SpecField refused = SpecReference.find(field).orElseThrow();
      assertThat(refused.readers()).as(field).isEmpty();
      assertThat(refused.operational()).isEqualTo("not allowed: only cogpo has it");
    }
    SpecField batching = SpecReference.find("cogpo.batching").orElseThrow();
    assertThat(batching.type()).isEqualTo("one of auto, length_grouped");
    assertThat(batching.values())
        .extracting(SpecField.EnumValue::name)
        .containsExactly("auto", "length_grouped");
    assertThat(SpecReference.find("sft.batching").orElseThrow().type()).contains("packed");
  }

  @Test
  void listsTheFieldsOfAMapping() {
    assertThat(SpecReference.below("judge.roles.rate"))
        .extracting(SpecField::path)
        .containsExactly(
            "judge.roles.rate.endpoint",
            "judge.roles.rate.temperature",
            "judge.roles.rate.max_tokens");
    assertThat(SpecReference.below("seed")).isEmpty();
    assertThat(SpecReference.find("sft.none")).isEmpty();
  }

  /** The page's table is made by changing each field and looking at the stages' fingerprints. */
  @Test
  void namesTheReadersThatTheFingerprintsShow() throws IOException {
    Map<String, String> measured = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("../../docs/stages.md"))) {
      if (line.matches("\\| `[a-z].*")) {
        String[] cells = line.split("\\|", -1);
        measured.put(cells[1].strip().replace("`", ""), cells[2].strip());
      }
    }

    Map<String, String> declared = new TreeMap<>();
    for (SpecField field : SpecReference.all()) {
      if (!field.type().endsWith("mapping")) {
        declared.put(
            field.path(),
            field.readers().isEmpty() ? "none: " + field.operational() : names(field.readers()));
      }
    }
    assertThat(declared).containsExactlyEntriesOf(measured);
  }

  private static String names(List<Stage> stages) {
    return stages.stream()
        .map(stage -> stage.name().replace("STAGE_", "").toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
