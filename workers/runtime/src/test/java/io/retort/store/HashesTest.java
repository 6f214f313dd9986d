package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HashesTest {
  @Test
  void tellsListsOfPartsApartThatJoinToTheSameText() {
    assertThat(Hashes.sha256Hex("ab", "c")).isNotEqualTo(Hashes.sha256Hex("a", "bc"));
    assertThat(Hashes.sha256Hex("1:a")).isNotEqualTo(Hashes.sha256Hex("1", "a"));
    assertThat(Hashes.sha256Hex("a", "")).isNotEqualTo(Hashes.sha256Hex("a"));
  }

  @Test
  void givesLowerCaseHexOfSixtyFourDigits() {
    assertThat(Hashes.sha256Hex("a", "b"))
        .matches("[0-9a-f]{64}")
        .isEqualTo(Hashes.sha256Hex("a", "b"));
  }
}
