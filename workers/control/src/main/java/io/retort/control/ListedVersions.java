package io.retort.control;

import io.retort.v1.ModelVersion;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.Score;

/** Versions in the form of a list entry: small, so that a whole page fits into a gRPC message. */
final class ListedVersions {
  /**
   * Removes fields whose size grows with the spec, the model's files, and the answers drawn per
   * problem.
   */
  static ModelVersion of(ModelVersion version) {
    ModelVersion.Builder listed = version.toBuilder();
    ReleaseProvenance.Builder provenance =
        listed.getProvenanceBuilder().clearSpec().clearFiles().clearComparisons();
    for (Score.Builder score : provenance.getScoresBuilderList()) {
      score
          .clearCurve()
          .clearConsAtK()
          .clearLetters()
          .clearLostRows()
          .clearRevisions()
          .clearWithoutErrata();
    }
    return listed.build();
  }

  private ListedVersions() {}
}
