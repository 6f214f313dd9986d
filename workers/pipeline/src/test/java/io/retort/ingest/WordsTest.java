package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WordsTest {
  @Test
  void lowerCaseLettersAndDigitsOnly() {
    assertThat(
            Words.of(
                "  Half of $2.50 + $\\frac{1}{2}$ costs\u00a0\u00c9MILE's 1,234,567 -- and 1,23!"))
        .containsExactly(
            "half",
            "of",
            "2",
            "50",
            "frac",
            "1",
            "2",
            "costs",
            "\u00e9mile",
            "s",
            "1234567",
            "and",
            "1",
            "23");
  }

  @Test
  void eachCharacterOfAScriptWithoutBlanksIsAWord() {
    assertThat(Words.of("\u5c0f\u660e\u670935\u4e2aab\u82f9\u679c"))
        .containsExactly("\u5c0f", "\u660e", "\u6709", "35", "\u4e2a", "ab", "\u82f9", "\u679c");
  }

  @Test
  void nothing() {
    assertThat(Words.of(" .,;! ")).isEmpty();
  }
}
