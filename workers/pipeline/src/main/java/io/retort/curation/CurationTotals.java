package io.retort.curation;

import io.retort.failure.Failures;
import io.retort.rows.UsageSums;
import io.retort.samples.ChainLengths;
import io.retort.samples.Counts;
import io.retort.v1.CurationFlow;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.CurationSummary;
import io.retort.v1.Difficulty;
import io.retort.v1.FollowRate;
import io.retort.v1.Usage;
import java.util.Comparator;
import java.util.TreeMap;

/** Adds up curation records. */
final class CurationTotals {
  private static final String UNJUDGED = "UNJUDGED";

  private final Counts outcomes = new Counts();
  private final Counts reasons = new Counts();
  private final Counts before = new Counts();
  private final Counts after = new Counts();
  private final Counts agreement = new Counts();
  private final Counts verbosity = new Counts();
  private final Counts cognitiveDifficulty = new Counts();
  private final TreeMap<Way, Long> ways = new TreeMap<>(Way.ORDER);
  private final ChainLengths lengthsRead = new ChainLengths();
  private final ChainLengths lengthsBefore = new ChainLengths();
  private final ChainLengths lengthsAfter = new ChainLengths();
  private FollowRate followRate = FollowRate.getDefaultInstance();
  private long keptTokens;
  private Usage usage = Usage.getDefaultInstance();
  private long rows;

  void add(CurationRecord record) {
    rows++;
    outcomes.add(record.getOutcome().name());
    if (!record.getReason().isEmpty()) {
      reasons.add(record.getReason());
    }
    before.add(record.getRoundsCount() == 0 ? UNJUDGED : name(record.getRounds(0).getDifficulty()));
    after.add(lastLabel(record));
    ways.merge(Way.of(record), 1L, Long::sum);
    lengthsRead.add(record.getSample().getChain());
    if (record.getRoundsCount() > 0) {
      CurationRound original = record.getRounds(0);
      if (original.getMeasured() != Difficulty.DIFFICULTY_UNSPECIFIED) {
        agreement.add(
            name(original.getVerdict().getDifficulty()) + "/" + name(original.getMeasured()));
      }
    }
    if (record.getRoundsCount() > 0) {
      followRate = sum(followRate, record.getRounds(0).getFollowRate());
    }
    if (isKept(record)) {
      keptTokens += record.getTokens();
      lengthsBefore.add(record.getSample().getChain());
      lengthsAfter.add(record.getChain());
      if (record.hasRatings()) {
        verbosity.add(String.valueOf(record.getRatings().getVerbosity()));
        cognitiveDifficulty.add(String.valueOf(record.getRatings().getCognitiveDifficulty()));
      }
    }
    usage = UsageSums.sum(usage, record.getUsage());
  }

  static boolean isKept(CurationRecord record) {
    return switch (record.getOutcome()) {
      case CURATION_OUTCOME_RETAINED, CURATION_OUTCOME_IMPROVED -> true;
      case CURATION_OUTCOME_REJECTED,
          CURATION_OUTCOME_QUARANTINED,
          CURATION_OUTCOME_UNSPECIFIED,
          UNRECOGNIZED ->
          false;
    };
  }

  /**
   * The summary without its reference to the kept samples.
   *
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/OUTCOMES_DO_NOT_ADD_UP
   */
  CurationSummary summary(long expectedRows) {
    long retained = count(CurationOutcome.CURATION_OUTCOME_RETAINED);
    long improved = count(CurationOutcome.CURATION_OUTCOME_IMPROVED);
    long rejected = count(CurationOutcome.CURATION_OUTCOME_REJECTED);
    long quarantined = count(CurationOutcome.CURATION_OUTCOME_QUARANTINED);
    if (rows != expectedRows || retained + improved + rejected + quarantined != rows) {
      throw Failures.platform(
          "OUTCOMES_DO_NOT_ADD_UP",
          "curation: "
              + rows
              + " records, outcomes "
              + outcomes
              + " (expected: "
              + expectedRows
              + ")",
          null);
    }
    CurationSummary.Builder summary = CurationSummary.newBuilder();
    if (followRate.getSamples() > 0) {
      summary.setFollowRate(followRate);
    }
    ways.forEach((way, count) -> summary.addFlows(way.flow(count)));
    return summary
        .setRows(rows)
        .setRetained(retained)
        .setImproved(improved)
        .setRejected(rejected)
        .setQuarantined(quarantined)
        .addAllReasons(reasons.toList())
        .addAllDifficultyBefore(before.toList())
        .addAllDifficultyAfter(after.toList())
        .addAllAgreement(agreement.toList())
        .addAllVerbosity(verbosity.toList())
        .addAllCognitiveDifficulty(cognitiveDifficulty.toList())
        .setKeptTokens(keptTokens)
        .setUsage(usage)
        .setLengthsRead(lengthsRead.distribution())
        .setLengthsBefore(lengthsBefore.distribution())
        .setLengthsAfter(lengthsAfter.distribution())
        .build();
  }

  /** The lower median of the kept chains, in characters; 0 when none was kept. */
  long keptMedian() {
    return lengthsAfter.median();
  }

  /** Reasons of what was not kept, for messages. */
  String reasons() {
    return reasons.toString();
  }

  private static FollowRate sum(FollowRate left, FollowRate right) {
    return FollowRate.newBuilder()
        .setSamples(left.getSamples() + right.getSamples())
        .setFollowed(left.getFollowed() + right.getFollowed())
        .setAloneSamples(left.getAloneSamples() + right.getAloneSamples())
        .setAlone(left.getAlone() + right.getAlone())
        .build();
  }

  private long count(CurationOutcome outcome) {
    return outcomes.get(outcome.name());
  }

  private static String lastLabel(CurationRecord record) {
    for (int index = record.getRoundsCount() - 1; index >= 0; index--) {
      if (record.getRounds(index).getDifficulty() != Difficulty.DIFFICULTY_UNSPECIFIED) {
        return name(record.getRounds(index).getDifficulty());
      }
    }
    return UNJUDGED;
  }

  private static String name(Difficulty difficulty) {
    return switch (difficulty) {
      case DIFFICULTY_SIMPLE -> "SIMPLE";
      case DIFFICULTY_MEDIUM -> "MEDIUM";
      case DIFFICULTY_HARD -> "HARD";
      case DIFFICULTY_UNSPECIFIED, UNRECOGNIZED -> UNJUDGED;
    };
  }

  /** How a row went through curation. */
  private record Way(Difficulty difficulty, int rounds, CurationOutcome outcome) {
    static final Comparator<Way> ORDER =
        Comparator.comparing(Way::difficulty)
            .thenComparing(Way::rounds)
            .thenComparing(Way::outcome);

    static Way of(CurationRecord record) {
      int rounds = record.getRoundsCount();
      return new Way(
          rounds == 0 ? Difficulty.DIFFICULTY_UNSPECIFIED : record.getRounds(0).getDifficulty(),
          Math.max(0, rounds - 1),
          record.getOutcome());
    }

    CurationFlow flow(long rows) {
      return CurationFlow.newBuilder()
          .setDifficulty(difficulty)
          .setRounds(rounds)
          .setOutcome(outcome)
          .setRows(rows)
          .build();
    }
  }
}
