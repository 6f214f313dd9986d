package io.retort.ingest;

import io.retort.samples.ChainLengths;
import io.retort.v1.FilterSpec;
import io.retort.v1.Sample;

/** Keeps samples whose problem and chain are within the limits of the spec. */
final class LengthFilter implements SampleFilter {
  private final FilterSpec filters;

  LengthFilter(FilterSpec filters) {
    this.filters = filters;
  }

  @Override
  public void check(Sample sample) throws RefusedRowException {
    check(
        "problem",
        sample.getProblem(),
        filters.getMinProblemCharacters(),
        limit(filters.hasMaxProblemCharacters(), filters.getMaxProblemCharacters()));
    check(
        "chain",
        sample.getChain(),
        filters.getMinChainCharacters(),
        limit(filters.hasMaxChainCharacters(), filters.getMaxChainCharacters()));
  }

  private static void check(String field, String text, int unsignedLeast, long most)
      throws RefusedRowException {
    long least = Integer.toUnsignedLong(unsignedLeast);
    int length = ChainLengths.length(text);
    if (length < least) {
      throw new RefusedRowException(
          QuarantineReason.TOO_SHORT,
          field + ": " + length + " characters (expected: at least " + least + ")");
    }
    if (length > most) {
      throw new RefusedRowException(
          QuarantineReason.TOO_LONG,
          field + ": " + length + " characters (expected: at most " + most + ")");
    }
  }

  private static long limit(boolean set, int most) {
    return set ? Integer.toUnsignedLong(most) : Long.MAX_VALUE;
  }
}
