package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.v1.LoraSpec;
import io.retort.v1.MemberDefault;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.SpecDefaultOptions;
import io.retort.v1.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrainingDocumentationTest {
  private static final Path DOCUMENT = Path.of("..", "..", "docs", "training.md");

  @Test
  void everyOptionIsDocumented() throws IOException {
    String text = Files.readString(DOCUMENT);

    List<String> missing =
        Stream.of(
                TrainingSpec.getDescriptor(),
                LoraSpec.getDescriptor(),
                ResourceSpec.getDescriptor())
            .flatMap(message -> message.getFields().stream())
            .map(FieldDescriptor::getName)
            .filter(name -> !text.contains('`' + name + '`'))
            .toList();

    assertThat(missing).isEmpty();
  }

  @Test
  void everyDefaultIsThatOfTheContract() throws IOException {
    String text = Files.readString(DOCUMENT);

    for (FieldDescriptor stage :
        List.of(
            RunSpec.getDescriptor().findFieldByNumber(RunSpec.SFT_FIELD_NUMBER),
            RunSpec.getDescriptor().findFieldByNumber(RunSpec.COGPO_FIELD_NUMBER))) {
      for (MemberDefault member :
          stage.getOptions().getExtension(SpecDefaultOptions.memberDefault)) {
        assertThat(documented(text, member.getField())).containsIgnoringCase(member.getValue());
      }
    }
    Stream.of(TrainingSpec.getDescriptor(), ResourceSpec.getDescriptor())
        .flatMap(message -> message.getFields().stream())
        .filter(field -> field.getOptions().hasExtension(SpecDefaultOptions.defaultValue))
        .forEach(
            field ->
                assertThat(documented(text, field.getName()))
                    .as(field.getFullName())
                    .startsWithIgnoringCase(
                        field.getOptions().getExtension(SpecDefaultOptions.defaultValue)));
    for (FieldDescriptor field : LoraSpec.getDescriptor().getFields()) {
      if (field.getOptions().hasExtension(SpecDefaultOptions.defaultValue)) {
        assertThat(text)
            .containsPattern(
                "`%s` \\(?%s"
                    .formatted(
                        field.getName(),
                        field.getOptions().getExtension(SpecDefaultOptions.defaultValue)));
      }
    }
  }

  /** The second cell of an option's row. */
  private static String documented(String text, String option) {
    return text.lines()
        .filter(line -> line.startsWith("| `" + option + "` |"))
        .map(line -> line.split("\\|", -1)[2].strip().replace("`", ""))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no row of " + option));
  }
}
