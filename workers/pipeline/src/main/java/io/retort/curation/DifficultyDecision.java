package io.retort.curation;

import io.retort.samples.ChainLengths;
import io.retort.v1.Difficulty;
import io.retort.v1.FollowRate;

/** Turns the judge's label and the follow rate into one label. */
final class DifficultyDecision {
  private final CurationSettings settings;

  DifficultyDecision(CurationSettings settings) {
    this.settings = settings;
  }

  /**
   * MEDIUM where the student follows often enough; else the direction in which the chain misses.
   *
   * @param judged the judge's label of the chain
   */
  Difficulty measured(FollowRate rate, Difficulty judged, String chain) {
    double followed = rate.getFollowed() / (double) rate.getSamples();
    return followed >= settings.followThreshold()
        ? Difficulty.DIFFICULTY_MEDIUM
        : direction(judged, chain);
  }

  /** The label that decides, by the spec's signal. */
  Difficulty deciding(Difficulty judged, Difficulty measured) {
    return switch (settings.signal()) {
      case DIFFICULTY_SIGNAL_JUDGE, DIFFICULTY_SIGNAL_UNSPECIFIED, UNRECOGNIZED -> judged;
      case DIFFICULTY_SIGNAL_MEASURED -> measured;
      case DIFFICULTY_SIGNAL_BOTH -> judged == Difficulty.DIFFICULTY_MEDIUM ? measured : judged;
    };
  }

  /**
   * SIMPLE or HARD for a chain that is to be improved: the judge's word where it has one, else by
   * its length, shorter than the data set's median being SIMPLE.
   */
  Difficulty direction(Difficulty judged, String chain) {
    return switch (judged) {
      case DIFFICULTY_SIMPLE, DIFFICULTY_HARD -> judged;
      case DIFFICULTY_MEDIUM, DIFFICULTY_UNSPECIFIED, UNRECOGNIZED ->
          ChainLengths.length(chain) < settings.medianChainCharacters()
              ? Difficulty.DIFFICULTY_SIMPLE
              : Difficulty.DIFFICULTY_HARD;
    };
  }
}
