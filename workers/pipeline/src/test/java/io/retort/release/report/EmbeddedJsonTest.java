package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EmbeddedJsonTest {
  @Test
  void endsNoElementAndReadsBackAsItWas() throws Exception {
    String text = "</script><!-- & \u2028\u2029 \" \\ \u0000 \uD83D\uDE00 \\u003c";

    String json = EmbeddedJson.of(Map.of(text, List.of(text, 1, 0.5)));

    assertThat(json).doesNotContain("<", ">", "&", "\u2028", "\u2029");
    assertThat(new ObjectMapper().readTree(json).get(text).get(0).asText()).isEqualTo(text);
  }

  @Test
  void numbersThatJsonLacksAreTexts() {
    assertThat(EmbeddedJson.of(List.of(Double.NaN, Double.POSITIVE_INFINITY)))
        .isEqualTo("[\"NaN\",\"Infinity\"]");
  }
}
