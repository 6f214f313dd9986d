package io.retort.annotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunLabelsTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "A-b_c.d", "acme.com/tier", "0"})
  void takesKeysAsKubernetesDoes(String key) {
    assertThat(RunLabels.violations("labels", Map.of(key, "v-1"))).isEmpty();
    assertThat(RunLabels.violations("labels", Map.of(key, ""))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "a b", "a/b/c", "/a", "a/", "Acme.com/x", "<b>"})
  void refusesOtherKeys(String key) {
    assertThat(RunLabels.violations("labels", Map.of(key, "v")))
        .singleElement()
        .asString()
        .contains("labels: key ");
  }

  @Test
  void boundsNumberAndLength() {
    assertThat(RunLabels.violations("labels", Map.of("k", "v".repeat(64))))
        .singleElement()
        .asString()
        .startsWith("labels.k: \"vvv");
    Map<String, String> many =
        IntStream.range(0, 33).boxed().collect(Collectors.toMap(n -> "k" + n, n -> "v"));
    assertThat(RunLabels.violations("labels", many))
        .singleElement()
        .asString()
        .isEqualTo("labels: 33 labels (expected: at most 32)");
  }
}
