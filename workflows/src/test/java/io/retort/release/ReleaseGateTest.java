package io.retort.release;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;

class ReleaseGateTest {
  private static final GateRequirement BETTER = GateRequirement.GATE_REQUIREMENT_BETTER;
  private static final GateRequirement NOT_WORSE = GateRequirement.GATE_REQUIREMENT_NOT_WORSE;

  @Test
  void readsTheVerdict() {
    assertThat(outcome(BETTER, ComparisonVerdict.COMPARISON_VERDICT_BETTER))
        .isEqualTo(GateOutcome.GATE_OUTCOME_MET);
    assertThat(outcome(BETTER, ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE))
        .isEqualTo(GateOutcome.GATE_OUTCOME_NOT_MET);
    assertThat(outcome(NOT_WORSE, ComparisonVerdict.COMPARISON_VERDICT_BETTER))
        .isEqualTo(GateOutcome.GATE_OUTCOME_MET);
    assertThat(outcome(NOT_WORSE, ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE))
        .isEqualTo(GateOutcome.GATE_OUTCOME_MET);
    for (GateRequirement required : List.of(BETTER, NOT_WORSE)) {
      assertThat(outcome(required, ComparisonVerdict.COMPARISON_VERDICT_WORSE))
          .isEqualTo(GateOutcome.GATE_OUTCOME_NOT_MET);
      assertThat(outcome(required, ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL))
          .isEqualTo(GateOutcome.GATE_OUTCOME_CANNOT_TELL);
    }
  }

  @Test
  void holdsWhereOneConditionSaysSo() {
    GateSpec gate =
        gate(GateAction.GATE_ACTION_RELEASE)
            .addConditions(condition("math", NOT_WORSE))
            .addConditions(
                condition("code", NOT_WORSE).toBuilder()
                    .setBaseline(GateBaseline.GATE_BASELINE_STAGE_1))
            .build();

    GateResult result =
        ReleaseGate.decide(
            gate,
            List.of(
                comparison("base", "math", ComparisonVerdict.COMPARISON_VERDICT_BETTER),
                comparison("base", "code", ComparisonVerdict.COMPARISON_VERDICT_BETTER),
                comparison("stage-1", "code", ComparisonVerdict.COMPARISON_VERDICT_WORSE)));

    assertThat(result.getAction()).isEqualTo(GateAction.GATE_ACTION_HOLD);
    assertThat(result.getFindingsList())
        .extracting(GateFinding::getSentence)
        .containsExactly(
            "not worse than base on math: met. As seen.",
            "not worse than stage-1 on code: not met. As seen.");
  }

  @Test
  void doesAsToldWhereNobodyCanTell() {
    for (GateAction action : List.of(GateAction.GATE_ACTION_RELEASE, GateAction.GATE_ACTION_HOLD)) {
      GateResult result =
          ReleaseGate.decide(
              gate(action).addConditions(condition("math", NOT_WORSE)).build(), List.of());

      assertThat(result.getAction()).isEqualTo(action);
      assertThat(result.getFindings(0).getSentence())
          .isEqualTo(
              "not worse than base on math: cannot tell. The run has no comparison of the two.");
    }
  }

  private static GateOutcome outcome(GateRequirement required, ComparisonVerdict verdict) {
    return ReleaseGate.decide(
            gate(GateAction.GATE_ACTION_HOLD).addConditions(condition("math", required)).build(),
            List.of(comparison("base", "math", verdict)))
        .getFindings(0)
        .getOutcome();
  }

  private static GateSpec.Builder gate(GateAction cannotTell) {
    return GateSpec.newBuilder()
        .setCannotTell(cannotTell)
        .setOtherwise(GateAction.GATE_ACTION_HOLD);
  }

  private static GateCondition condition(String benchmark, GateRequirement required) {
    return GateCondition.newBuilder()
        .setBenchmark(benchmark)
        .setBaseline(GateBaseline.GATE_BASELINE_BASE)
        .setRequire(required)
        .build();
  }

  private static Comparison comparison(
      String baseline, String benchmark, ComparisonVerdict verdict) {
    return Comparison.newBuilder()
        .setModel("stage-2")
        .setBaseline(baseline)
        .setBenchmark(benchmark)
        .setVerdict(verdict)
        .setSentence("As seen.")
        .build();
  }
}
