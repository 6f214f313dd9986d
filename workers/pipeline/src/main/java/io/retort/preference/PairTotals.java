package io.retort.preference;

import io.retort.enums.EnumText;
import io.retort.failure.Failures;
import io.retort.rows.UsageSums;
import io.retort.samples.Counts;
import io.retort.samples.FingerprintCounts;
import io.retort.store.Hashes;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Gap;
import io.retort.v1.PairingRecord;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferencePair;
import io.retort.v1.Usage;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Adds up the records of all shards, in order. Drops pairs that are duplicates, that exceed the
 * limit per problem, or that exceed the size of their gap class. Memory contains fingerprints and
 * counts, not pairs.
 */
final class PairTotals {
  private static final double FINGERPRINTS = 0x1p52;

  private final int maxPairs;
  private final Optional<Map<Gap, Draw>> balance;
  private final FingerprintCounts ids = new FingerprintCounts();
  private final FingerprintCounts problems = new FingerprintCounts();
  private final Map<Gap, Long> gaps = new EnumMap<>(Gap.class);
  private final Counts kinds = new Counts();
  private final Counts rejections = new Counts();
  private Usage usage = Usage.getDefaultInstance();

  PairTotals(int maxPairs) {
    this(maxPairs, Optional.empty());
  }

  private PairTotals(int maxPairs, Optional<Map<Gap, Draw>> balance) {
    this.maxPairs = maxPairs;
    this.balance = balance;
  }

  /**
   * Totals that draw the same number of pairs from each gap class: the size of the smallest class
   * that has pairs. Equal records result in equal pairs.
   *
   * @param all the unbalanced totals of an earlier pass over the same records
   */
  static PairTotals balanced(int maxPairs, PairTotals all) {
    long smallest = all.gaps.values().stream().mapToLong(Long::longValue).min().orElse(0);
    Map<Gap, Draw> draws = new EnumMap<>(Gap.class);
    all.gaps.forEach((gap, pairs) -> draws.put(gap, new Draw(pairs, smallest)));
    return new PairTotals(maxPairs, Optional.of(draws));
  }

  /** The pairs of a record that become part of the data set. */
  List<PreferencePair> add(PairingRecord record) {
    record.getRejectionsList().forEach(rejections::add);
    usage = UsageSums.sum(usage, record.getUsage());
    List<PreferencePair> accepted = record.getPairsList().stream().filter(this::isWanted).toList();
    for (PreferencePair pair : accepted) {
      gaps.merge(pair.getGap(), 1L, Long::sum);
      if (pair.getCorruption() != CorruptionKind.CORRUPTION_KIND_UNSPECIFIED) {
        kinds.add(EnumText.shortName(pair.getCorruption()));
      }
    }
    return accepted;
  }

  /**
   * @throws io.temporal.failure.ApplicationFailure USER/NO_PAIRS if there are none
   */
  void requirePairs(long keptRows) {
    if (gaps.isEmpty()) {
      throw Failures.user(
          "NO_PAIRS",
          "pairing: none of "
              + keptRows
              + " kept rows gave a pair, candidates refused by reason: "
              + rejections
              + " (expected: at least one pair; add the rules corrupter or more data)");
    }
  }

  /** The summary without its reference to the pairs and without the number of rows. */
  PairingSummary summary() {
    Counts byName = new Counts();
    gaps.forEach((gap, pairs) -> byName.add(EnumText.shortName(gap), pairs));
    return PairingSummary.newBuilder()
        .addAllGaps(byName.toList())
        .addAllKinds(kinds.toList())
        .addAllRejections(rejections.toList())
        .setUsage(usage)
        .build();
  }

  private boolean isWanted(PreferencePair pair) {
    String sides =
        Hashes.sha256Hex(
            pair.getProblem(),
            pair.getChosen(),
            pair.getRejected(),
            pair.getChosenAnswer(),
            pair.getRejectedAnswer());
    if (ids.add(sides) > 0) {
      rejections.add(Refusal.DUPLICATE.name());
      return false;
    }
    if (problems.add(Hashes.sha256Hex(pair.getProblem())) >= maxPairs) {
      rejections.add(Refusal.TOO_MANY_FOR_PROBLEM.name());
      return false;
    }
    Draw draw = balance.map(draws -> draws.get(pair.getGap())).orElse(null);
    if (draw != null && !draw.takes(pair)) {
      rejections.add(Refusal.THINNED_FOR_BALANCE.name());
      return false;
    }
    return true;
  }

  /**
   * Draws exactly {@code wanted} of {@code left} pairs in one pass, each with equal probability.
   * The random number is the pair's own hash, so that the draw is reproducible.
   */
  private static final class Draw {
    private long left;
    private long wanted;

    Draw(long left, long wanted) {
      this.left = left;
      this.wanted = wanted;
    }

    boolean takes(PreferencePair pair) {
      String hash = Hashes.sha256Hex("balance", pair.getId());
      double chance = Long.parseLong(hash.substring(0, 13), 16) / FINGERPRINTS;
      boolean taken = chance * left < wanted;
      left--;
      wanted -= taken ? 1 : 0;
      return taken;
    }
  }
}
