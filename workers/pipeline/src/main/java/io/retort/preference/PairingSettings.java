package io.retort.preference;

import io.retort.rows.JudgeSettings;
import io.retort.v1.BetaSpec;
import io.retort.v1.Corrupter;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Gap;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.RunSpec;
import java.util.List;

/** Everything that determines the pairs of a sample, besides the sample and its curation record. */
record PairingSettings(
    JudgeSettings judge,
    List<Corrupter> corrupters,
    int maxPairs,
    boolean llmValidation,
    double betaSmall,
    double betaMedium,
    double betaLarge,
    List<CorruptionKind> kinds,
    double minMagnitude,
    double maxMagnitude) {
  /**
   * @param spec with all defaults filled in
   */
  static PairingSettings of(RunSpec spec) {
    PreferenceSpec preference = spec.getPreference();
    BetaSpec beta = preference.getBeta();
    return new PairingSettings(
        JudgeSettings.of(spec),
        preference.getCorruptersList(),
        preference.getMaxPairsPerProblem(),
        spec.getCuration().getLlmValidation(),
        beta.getSmall(),
        beta.getMedium(),
        beta.getLarge(),
        preference.getKindsList(),
        preference.getMinMagnitude(),
        preference.getMaxMagnitude());
  }

  double beta(Gap gap) {
    return switch (gap) {
      case GAP_SMALL -> betaSmall;
      case GAP_MEDIUM -> betaMedium;
      case GAP_LARGE -> betaLarge;
      case GAP_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("gap: " + gap + " (expected: SMALL, MEDIUM or LARGE)");
    };
  }
}
