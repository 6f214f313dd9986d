package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LabelTest {
  @Test
  void keepsWhatFits() {
    assertThat(Label.fit("stage-2", 178)).isEqualTo("stage-2");
  }

  @Test
  void keepsBothEndsOfLongNames() {
    String shown = Label.fit("deepseek-r1-distill-qwen-32b-instruct-awq", 178);

    assertThat(shown).startsWith("deepseek-").contains("…").endsWith("-awq");
    assertThat(Label.width(shown)).isBetween(150, 178);
    assertThat(Label.fit("WWWWWWWW", 10)).isEqualTo("W…W");
  }

  @Test
  void splitsNoSurrogates() {
    assertThat(Label.fit("\uD83D\uDE00".repeat(9), 60).codePoints())
        .containsOnly(0x1F600, "…".codePointAt(0));
  }
}
