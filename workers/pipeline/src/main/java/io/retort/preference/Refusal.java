package io.retort.preference;

/** Why a candidate pair was refused; the names are stable. */
enum Refusal {
  /** Both sides read the same. */
  IDENTICAL,
  /** The preferred side's answer is not known to be right. */
  CHOSEN_UNVERIFIED,
  /** The judge finds the preferred side unsound. */
  CHOSEN_UNSOUND,
  /**
   * The original is to be the worse of two right chains, but its answer is not known to be right.
   */
  ORIGINAL_UNVERIFIED,
  /** The original is to be the worse of two right chains, but the judge finds it unsound. */
  ORIGINAL_UNSOUND,
  /** The corrupted side concludes the gold answer, and nothing shows a fault on the way there. */
  CORRUPTION_STILL_SOUND,
  /** The program cannot decide whether the corrupted side concludes the gold answer. */
  CORRUPTION_UNDECIDED,
  /** The corrupted side is only an answer. */
  CORRUPTION_EMPTY,
  /** The sides differ in fewer words than preference.min_magnitude allows. */
  MAGNITUDE_TOO_SMALL,
  /** The sides differ in more words than preference.max_magnitude allows. */
  MAGNITUDE_TOO_LARGE,
  /** No rule of an allowed kind fits: the chain or its answer has nothing to change. */
  RULES_NOT_APPLICABLE,
  /** The same pair is there already. */
  DUPLICATE,
  /** The problem has preference.max_pairs_per_problem pairs already. */
  TOO_MANY_FOR_PROBLEM,
  /** Left out by preference.balance_gaps. */
  THINNED_FOR_BALANCE
}
