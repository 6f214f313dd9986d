package io.retort.release;

import io.retort.evaluation.EvaluatedModels;
import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.GateAction;
import io.retort.v1.GateBaseline;
import io.retort.v1.GateCondition;
import io.retort.v1.GateFinding;
import io.retort.v1.GateOutcome;
import io.retort.v1.GateRequirement;
import io.retort.v1.GateResult;
import io.retort.v1.GateSpec;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Decides from paired comparisons whether the alias of a release may move. */
public final class ReleaseGate {
  /**
   * @param comparisons of the run; a condition without its comparison cannot be told
   */
  public static GateResult decide(GateSpec gate, List<Comparison> comparisons) {
    GateResult.Builder result = GateResult.newBuilder().setAction(GateAction.GATE_ACTION_RELEASE);
    for (GateCondition condition : gate.getConditionsList()) {
      GateFinding finding = find(gate, condition, comparisons);
      result.addFindings(finding);
      if (finding.getAction() != GateAction.GATE_ACTION_RELEASE) {
        result.setAction(GateAction.GATE_ACTION_HOLD);
      }
    }
    return result.build();
  }

  private static GateFinding find(
      GateSpec gate, GateCondition condition, List<Comparison> comparisons) {
    String baseline = baseline(condition.getBaseline());
    Optional<Comparison> comparison =
        comparisons.stream()
            .filter(one -> one.getModel().equals(EvaluatedModels.STAGE_2))
            .filter(one -> one.getBaseline().equals(baseline))
            .filter(one -> one.getBenchmark().equals(condition.getBenchmark()))
            .findFirst();
    GateOutcome outcome =
        comparison
            .map(one -> outcome(condition.getRequire(), one.getVerdict()))
            .orElse(GateOutcome.GATE_OUTCOME_CANNOT_TELL);
    return GateFinding.newBuilder()
        .setCondition(condition)
        .setOutcome(outcome)
        .setAction(action(gate, outcome))
        .setSentence(
            sentence(condition, baseline, outcome)
                + comparison
                    .map(Comparison::getSentence)
                    .orElse("The run has no comparison of the two."))
        .build();
  }

  private static GateOutcome outcome(GateRequirement required, ComparisonVerdict verdict) {
    return switch (verdict) {
      case COMPARISON_VERDICT_BETTER -> GateOutcome.GATE_OUTCOME_MET;
      case COMPARISON_VERDICT_NOT_WORSE ->
          required == GateRequirement.GATE_REQUIREMENT_BETTER
              ? GateOutcome.GATE_OUTCOME_NOT_MET
              : GateOutcome.GATE_OUTCOME_MET;
      case COMPARISON_VERDICT_WORSE -> GateOutcome.GATE_OUTCOME_NOT_MET;
      case COMPARISON_VERDICT_CANNOT_TELL, COMPARISON_VERDICT_UNSPECIFIED, UNRECOGNIZED ->
          GateOutcome.GATE_OUTCOME_CANNOT_TELL;
    };
  }

  private static GateAction action(GateSpec gate, GateOutcome outcome) {
    return switch (outcome) {
      case GATE_OUTCOME_MET -> GateAction.GATE_ACTION_RELEASE;
      case GATE_OUTCOME_NOT_MET -> gate.getOtherwise();
      case GATE_OUTCOME_CANNOT_TELL -> gate.getCannotTell();
      case GATE_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> GateAction.GATE_ACTION_HOLD;
    };
  }

  private static String sentence(GateCondition condition, String baseline, GateOutcome outcome) {
    return (condition.getRequire() == GateRequirement.GATE_REQUIREMENT_BETTER
            ? "better"
            : "not worse")
        + " than "
        + baseline
        + " on "
        + condition.getBenchmark()
        + ": "
        + words(outcome.name(), "GATE_OUTCOME_")
        + ". ";
  }

  private static String baseline(GateBaseline baseline) {
    return baseline == GateBaseline.GATE_BASELINE_STAGE_1
        ? EvaluatedModels.STAGE_1
        : EvaluatedModels.BASE;
  }

  private static String words(String name, String prefix) {
    return name.replace(prefix, "").replace('_', ' ').toLowerCase(Locale.ROOT);
  }

  private ReleaseGate() {}
}
