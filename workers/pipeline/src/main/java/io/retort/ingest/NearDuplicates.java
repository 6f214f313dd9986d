package io.retort.ingest;

import io.retort.v1.Sample;
import java.util.Locale;

/**
 * Keeps only the first of samples with similar problems. Uses the memory of {@link SignatureIndex}
 * plus 8 bytes for the location of each kept sample.
 */
final class NearDuplicates implements SampleFilter {
  private final double similarity;
  private final MinHash minHash = new MinHash();
  private final SignatureIndex kept;
  private final RowPlaces places = new RowPlaces();

  /**
   * @param similarity Jaccard similarity of word 5-grams, above 0 and at most 1, from which the
   *     later row is refused
   */
  NearDuplicates(double similarity) {
    this.similarity = similarity;
    this.kept = new SignatureIndex(similarity);
  }

  @Override
  public void check(Sample sample) throws RefusedRowException {
    byte[] signature = minHash.signature(sample.getProblem());
    SignatureIndex.Match match = kept.find(signature);
    if (match != null) {
      throw new RefusedRowException(
          QuarantineReason.NEAR_DUPLICATE,
          String.format(
              Locale.ROOT,
              "the problem is %.2f similar to that of %s (expected: below %s)",
              match.similarity(),
              places.get(match.index()),
              similarity));
    }
    kept.add(signature);
    places.add(sample.getSource());
  }
}
