package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.v1.LanePolicy;
import java.util.Arrays;
import java.util.List;

/**
 * A policy that can be chosen.
 *
 * @param value in the form
 * @param effect in a sentence
 */
public record LanePolicyChoice(String value, String words, String effect, boolean chosen) {
  static List<LanePolicy> policies() {
    return Arrays.stream(LanePolicy.values())
        .filter(
            policy ->
                policy != LanePolicy.LANE_POLICY_UNSPECIFIED && policy != LanePolicy.UNRECOGNIZED)
        .toList();
  }

  /**
   * @param chosen short name of the policy that is chosen
   */
  static List<LanePolicyChoice> all(String chosen) {
    return policies().stream()
        .map(
            policy ->
                new LanePolicyChoice(
                    EnumText.shortName(policy),
                    EnumText.words(policy),
                    effect(policy),
                    EnumText.shortName(policy).equals(chosen)))
        .toList();
  }

  static String effect(LanePolicy policy) {
    return switch (policy) {
      case LANE_POLICY_PARALLEL -> "Up to that many runs at once; the others wait.";
      case LANE_POLICY_SEQUENTIAL -> "One run at once; the others wait.";
      case LANE_POLICY_STRICT_SEQUENTIAL ->
          "One run at once; a run that fails blocks those behind it until the lane is unblocked.";
      case LANE_POLICY_FIRST_ONLY -> "While a run runs, new ones are cancelled.";
      case LANE_POLICY_LAST_ONLY -> "A new run cancels the one that runs.";
      case LANE_POLICY_SERIAL_LATEST_ONLY ->
          "One run at once; of the others only the newest waits, the rest are cancelled.";
      case LANE_POLICY_UNSPECIFIED, UNRECOGNIZED -> "";
    };
  }
}
