package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.spec.SpecValidator;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExamplesTest {
  @ParameterizedTest
  @ValueSource(strings = {"demo/spec.yaml", "gsm8k.yaml"})
  void isASpecThatCanBeRun(String example) throws Exception {
    Path file = Path.of("..", "examples").resolve(example);
    assertThat(new SpecValidator().validate(SpecFile.read(file, List.of()))).isEmpty();
  }
}
