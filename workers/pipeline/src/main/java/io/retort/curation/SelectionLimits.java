package io.retort.curation;

import io.retort.v1.Ratings;
import io.retort.v1.SelectionSpec;
import java.util.OptionalInt;

/**
 * The limits of {@code curation.select}, inclusive; its text is part of the keys of rows.
 *
 * @param onRatings whether there is a limit on ratings
 * @param maxTokens empty where tokens are not limited
 */
record SelectionLimits(
    boolean onRatings,
    int minVerbosity,
    int maxVerbosity,
    int minCognitiveDifficulty,
    int maxCognitiveDifficulty,
    OptionalInt maxTokens) {
  static final int HIGHEST_RATING = 9;

  static SelectionLimits of(SelectionSpec select) {
    return new SelectionLimits(
        select.hasMinVerbosity()
            || select.hasMaxVerbosity()
            || select.hasMinCognitiveDifficulty()
            || select.hasMaxCognitiveDifficulty(),
        select.getMinVerbosity(),
        select.hasMaxVerbosity() ? select.getMaxVerbosity() : HIGHEST_RATING,
        select.getMinCognitiveDifficulty(),
        select.hasMaxCognitiveDifficulty() ? select.getMaxCognitiveDifficulty() : HIGHEST_RATING,
        select.hasMaxTokens() ? OptionalInt.of(select.getMaxTokens()) : OptionalInt.empty());
  }

  boolean allow(Ratings ratings) {
    return isWithin(ratings.getVerbosity(), minVerbosity, maxVerbosity)
        && isWithin(
            ratings.getCognitiveDifficulty(), minCognitiveDifficulty, maxCognitiveDifficulty);
  }

  /** Whether both ratings are on the scale. */
  static boolean isOnScale(Ratings ratings) {
    return isWithin(ratings.getVerbosity(), 0, HIGHEST_RATING)
        && isWithin(ratings.getCognitiveDifficulty(), 0, HIGHEST_RATING);
  }

  private static boolean isWithin(int rating, int lowest, int highest) {
    return lowest <= rating && rating <= highest;
  }
}
