package io.retort.preference;

/** Why a candidate pair was refused; the names are stable. */
enum Refusal {
  /** Both sides have the same text. */
  IDENTICAL,
  /** The chosen side's answer was not verified as correct. */
  CHOSEN_UNVERIFIED,
  /** The judge finds the chosen side unsound. */
  CHOSEN_UNSOUND,
  /**
   * The original should be the worse of two correct chains, but its answer was not verified as
   * correct.
   */
  ORIGINAL_UNVERIFIED,
  /** The original should be the worse of two correct chains, but the judge finds it unsound. */
  ORIGINAL_UNSOUND,
  /** The corrupted side concludes the gold answer, and no fault was found in its steps. */
  CORRUPTION_STILL_SOUND,
  /** The answer checker cannot decide whether the corrupted side concludes the gold answer. */
  CORRUPTION_UNDECIDED,
  /** The corrupted side consists only of an answer. */
  CORRUPTION_EMPTY,
  /** The sides differ in fewer words than preference.min_magnitude allows. */
  MAGNITUDE_TOO_SMALL,
  /** The sides differ in more words than preference.max_magnitude allows. */
  MAGNITUDE_TOO_LARGE,
  /** No rule of an allowed kind applies: the chain or its answer contains nothing to change. */
  RULES_NOT_APPLICABLE,
  /** An equal pair already exists. */
  DUPLICATE,
  /** The problem already has preference.max_pairs_per_problem pairs. */
  TOO_MANY_FOR_PROBLEM,
  /** Excluded by preference.balance_gaps. */
  THINNED_FOR_BALANCE
}
