package io.retort.ingest;

/** Why ingest refuses a row; the names are stable. */
enum QuarantineReason {
  /** The row is not a JSON object in UTF-8. */
  NOT_JSON,
  /** A field of the layout is absent, null or blank. */
  MISSING_FIELD,
  /** A field holds another JSON type than its layout says. */
  WRONG_TYPE,
  /** Problem, chain and answer are those of an earlier row. */
  DUPLICATE,
  /** The row has no final answer. */
  NO_ANSWER,
  /** Longer than 1 MiB. */
  TOO_LARGE,
  /** A conversation with more than one exchange: its last turn makes no sense alone. */
  MULTI_TURN,
  /** The problem resembles that of an earlier row as much as the filter says, or more. */
  NEAR_DUPLICATE,
  /** The problem is one of a benchmark of the run, or shares a stretch of words with it. */
  CONTAMINATED,
  /** The problem is in none of the languages that are wanted. */
  LANGUAGE,
  /** Problem or chain is shorter than wanted. */
  TOO_SHORT,
  /** Problem or chain is longer than wanted. */
  TOO_LONG,
  /** Tests of a program are not in the form that their layout says, or too large. */
  BAD_TESTS
}
