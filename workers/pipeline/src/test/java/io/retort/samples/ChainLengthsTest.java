package io.retort.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.LengthBin;
import io.retort.v1.LengthDistribution;
import org.junit.jupiter.api.Test;

final class ChainLengthsTest {
  @Test
  void quantilesAreLengthsThatOccur() {
    ChainLengths lengths = new ChainLengths();
    for (int length = 1; length <= 100; length++) {
      lengths.add("x".repeat(length));
    }

    LengthDistribution distribution = lengths.distribution();

    assertThat(distribution.getChains()).isEqualTo(100);
    assertThat(distribution.getShortest()).isEqualTo(1);
    assertThat(distribution.getPercentile5()).isEqualTo(5);
    assertThat(distribution.getPercentile25()).isEqualTo(25);
    assertThat(distribution.getMedian()).isEqualTo(50).isEqualTo(lengths.median());
    assertThat(distribution.getPercentile75()).isEqualTo(75);
    assertThat(distribution.getPercentile95()).isEqualTo(95);
    assertThat(distribution.getLongest()).isEqualTo(100);
  }

  @Test
  void everyChainIsInOneBinAndBinsDoNotOverlap() {
    ChainLengths lengths = new ChainLengths();
    for (int length = 1; length <= 300; length++) {
      lengths.add("x".repeat(length));
    }

    LengthDistribution distribution = lengths.distribution();

    long end = 1;
    for (LengthBin bin : distribution.getBinsList()) {
      assertThat(bin.getFrom()).isEqualTo(end);
      assertThat(bin.getChains()).isEqualTo(Math.min(bin.getTo(), 301) - bin.getFrom());
      end = bin.getTo();
    }
    assertThat(distribution.getBinsList().stream().mapToLong(LengthBin::getChains).sum())
        .isEqualTo(300);
    assertThat(distribution.getBinsList().stream().map(LengthBin::getFrom))
        .containsExactly(
            1L, 2L, 3L, 4L, 6L, 8L, 12L, 16L, 24L, 32L, 48L, 64L, 96L, 128L, 192L, 256L);
  }

  @Test
  void emptyChainsAreNone() {
    ChainLengths lengths = new ChainLengths();
    lengths.add("");

    assertThat(lengths.distribution()).isEqualTo(LengthDistribution.getDefaultInstance());
  }

  @Test
  void aCharacterOutsideTheBasicPlaneCountsOnce() {
    ChainLengths lengths = new ChainLengths();
    lengths.add("\uD83D\uDE00x");

    assertThat(lengths.distribution().getLongest()).isEqualTo(2);
  }
}
