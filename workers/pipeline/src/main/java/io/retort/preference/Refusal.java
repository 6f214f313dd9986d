package io.retort.preference;

/** Why a candidate pair was refused; the names are stable. */
enum Refusal {
  /** Both sides read the same. */
  IDENTICAL,
  /** The preferred side's answer is not known to be right. */
  CHOSEN_UNVERIFIED,
  /**
   * The original is to be the worse of two right chains, but its answer is not known to be right.
   */
  ORIGINAL_UNVERIFIED,
  /** The corrupted side concludes the gold answer, and nothing shows a fault on the way there. */
  CORRUPTION_STILL_SOUND,
  /** No rule fits: the chain or its answer has no numbers. */
  RULES_NOT_APPLICABLE
}
