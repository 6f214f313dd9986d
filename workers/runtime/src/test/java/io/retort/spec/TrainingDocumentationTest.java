package io.retort.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.v1.LoraSpec;
import io.retort.v1.ResourceSpec;
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
  void everyOptionIsToldOf() throws IOException {
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
}
