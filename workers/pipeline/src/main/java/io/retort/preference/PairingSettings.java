package io.retort.preference;

import io.retort.curation.JudgeSettings;
import io.retort.v1.BetaSpec;
import io.retort.v1.Corrupter;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Gap;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.RunSpec;
import java.util.List;

/** All that decides the pairs of a sample, besides the sample and its curation. */
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
  private static final int DEFAULT_MAX_PAIRS = 3;
  private static final double DEFAULT_BETA_SMALL = 0.1;
  private static final double DEFAULT_BETA_MEDIUM = 0.2;
  private static final double DEFAULT_BETA_LARGE = 0.5;

  static final List<CorruptionKind> ALL_KINDS =
      List.of(
          CorruptionKind.CORRUPTION_KIND_WRONG_OPERATION,
          CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER,
          CorruptionKind.CORRUPTION_KIND_DROPPED_STEP,
          CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE,
          CorruptionKind.CORRUPTION_KIND_MISREAD_CONDITION);

  static PairingSettings of(RunSpec spec) {
    PreferenceSpec preference = spec.getPreference();
    BetaSpec beta = preference.getBeta();
    return new PairingSettings(
        JudgeSettings.of(spec),
        preference.getCorruptersCount() == 0
            ? List.of(Corrupter.CORRUPTER_JUDGE, Corrupter.CORRUPTER_RULES)
            : preference.getCorruptersList(),
        preference.hasMaxPairsPerProblem() ? preference.getMaxPairsPerProblem() : DEFAULT_MAX_PAIRS,
        !spec.getCuration().hasLlmValidation() || spec.getCuration().getLlmValidation(),
        beta.hasSmall() ? beta.getSmall() : DEFAULT_BETA_SMALL,
        beta.hasMedium() ? beta.getMedium() : DEFAULT_BETA_MEDIUM,
        beta.hasLarge() ? beta.getLarge() : DEFAULT_BETA_LARGE,
        preference.getKindsCount() == 0 ? ALL_KINDS : preference.getKindsList(),
        preference.getMinMagnitude(),
        preference.hasMaxMagnitude() ? preference.getMaxMagnitude() : 1);
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
