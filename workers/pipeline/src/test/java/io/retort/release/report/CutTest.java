package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CutTest {
  @Test
  void keepsWhatFits() {
    assertThat(Cut.end("12345", 5)).isEqualTo("12345");
    assertThat(Cut.middle("12345", 5)).isEqualTo("12345");
  }

  @Test
  void tellsHowMuchIsLeftOut() {
    assertThat(Cut.end("1234567", 5)).isEqualTo("12345 … (2 characters more)");
    assertThat(Cut.middle("12345678", 4)).isEqualTo("12\n\n… (4 characters left out) …\n\n78");
  }

  @Test
  void splitsNoSurrogates() {
    String text = "\uD83D\uDE00\uD83D\uDE00\uD83D\uDE00";

    assertThat(Cut.end(text, 3)).startsWith("\uD83D\uDE00 …");
    assertThat(Cut.middle(text, 2)).endsWith("\uD83D\uDE00").doesNotContain("\n\uDE00");
  }
}
