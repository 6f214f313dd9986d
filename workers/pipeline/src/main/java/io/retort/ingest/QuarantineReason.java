package io.retort.ingest;

/** Why ingest refuses a row; the names are stable. */
enum QuarantineReason {
  /** The row is not a JSON object in UTF-8, or has two values for a key that is read. */
  NOT_JSON,
  /** A field of the layout is absent, null or blank. */
  MISSING_FIELD,
  /** A field has another JSON type than the layout expects. */
  WRONG_TYPE,
  /** Problem, chain and answer equal those of an earlier row. */
  DUPLICATE,
  /** The row has no final answer. */
  NO_ANSWER,
  /** Longer than 1 MiB. */
  TOO_LARGE,
  /** A conversation with more than one exchange: its last turn makes no sense alone. */
  MULTI_TURN,
  /** The problem's similarity to that of an earlier row reaches the filter's limit. */
  NEAR_DUPLICATE,
  /**
   * The problem is a problem of one of the run's benchmarks, or shares a sequence of words with
   * one.
   */
  CONTAMINATED,
  /** The problem is in none of the wanted languages. */
  LANGUAGE,
  /** Problem or chain is shorter than the limit. */
  TOO_SHORT,
  /** Problem or chain is longer than the limit. */
  TOO_LONG,
  /** Tests of a program do not have the format of their layout, or are too large. */
  BAD_TESTS,
  /** The texts of the row are too complex to be read. */
  TOO_COMPLEX
}
