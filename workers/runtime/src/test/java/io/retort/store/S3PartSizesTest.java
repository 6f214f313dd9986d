package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class S3PartSizesTest {
  private static final long GIB = 1L << 30;

  @Test
  void theLargestObjectOfTheProtocolFits() {
    long object = 0;
    for (int number = 0; number < S3PartSizes.MOST_PARTS; number++) {
      long part = S3PartSizes.DEFAULT.bytes(number);
      assertThat(part).isBetween(5L << 20, 5 * GIB);
      object += part;
    }

    assertThat(object).isGreaterThan(5 * 1024 * GIB);
  }

  @Test
  void whatIsUsualGoesInSmallParts() {
    assertThat(S3PartSizes.DEFAULT.bytes(999)).isEqualTo(8 << 20);
    assertThat(S3PartSizes.DEFAULT.bytes(1_000)).isEqualTo(16 << 20);
  }
}
