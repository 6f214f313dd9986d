package io.retort.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FormFieldsTest {
  private final FormFields fields =
      LaunchForm.sent(Optional.empty(), Form.ofQuery("spec.data.train[0].path=/a")).fields();

  @ParameterizedTest
  @CsvSource({
    "seed,seed",
    "data.train[0].path,data.train[0].path",
    "data.train,data.train[0]",
    "data.train[7].path,data.train[0]",
    "student,student",
    "student.nothing,student",
    "labels[project],labels",
    "lane,lane"
  })
  void aViolationLeadsToTheNearestField(String violation, String field) {
    assertThat(fields.nearest(violation)).contains(field);
  }

  @Test
  void aViolationOfTheWholeSpecLeadsNowhere() {
    assertThat(fields.nearest("")).isEmpty();
    assertThat(fields.nearest("nothing.of[0].it")).isEmpty();
    assertThat(fields.nearest("from_stage")).as("only a retrain has it").isEmpty();
  }

  @Test
  void idsAreUnique() {
    Map<String, Long> ids =
        fields.paths().stream().collect(Collectors.groupingBy(SpecForm::id, Collectors.counting()));

    assertThat(ids.values()).containsOnly(1L);
  }
}
