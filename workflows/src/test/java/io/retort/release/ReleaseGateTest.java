package io.retort.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.CompareForGateResponse;
import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.GateAction;
import io.retort.v1.GateBaseline;
import io.retort.v1.GateComparison;
import io.retort.v1.GateCondition;
import io.retort.v1.GateFinding;
import io.retort.v1.GateOutcome;
import io.retort.v1.GateRequirement;
import io.retort.v1.GateResult;
import io.retort.v1.GateSpec;
import io.retort.v1.ReleaseSpec;
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
        decide(
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
          decide(gate(action).addConditions(condition("math", NOT_WORSE)).build(), List.of());

      assertThat(result.getAction()).isEqualTo(action);
      assertThat(result.getFindings(0).getSentence())
          .isEqualTo(
              "not worse than base on math: cannot tell. The run has no comparison of the two.");
    }
  }

  @Test
  void eachVerdictHasItsAction() {
    GateCondition condition =
        condition("math", BETTER).toBuilder()
            .setBetter(GateAction.GATE_ACTION_ASK)
            .setNotWorse(GateAction.GATE_ACTION_RELEASE)
            .setWorse(GateAction.GATE_ACTION_ASK)
            .setCannotTell(GateAction.GATE_ACTION_RELEASE)
            .build();

    assertThat(action(condition, ComparisonVerdict.COMPARISON_VERDICT_BETTER))
        .isEqualTo(GateAction.GATE_ACTION_ASK);
    assertThat(action(condition, ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE))
        .isEqualTo(GateAction.GATE_ACTION_RELEASE);
    assertThat(action(condition, ComparisonVerdict.COMPARISON_VERDICT_WORSE))
        .isEqualTo(GateAction.GATE_ACTION_ASK);
    assertThat(action(condition, ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL))
        .isEqualTo(GateAction.GATE_ACTION_RELEASE);
  }

  @Test
  void holdingGoesBeforeAsking() {
    GateSpec gate =
        gate(GateAction.GATE_ACTION_HOLD)
            .addConditions(
                condition("math", NOT_WORSE).toBuilder().setBetter(GateAction.GATE_ACTION_ASK))
            .addConditions(condition("code", NOT_WORSE))
            .build();
    Comparison asks = comparison("base", "math", ComparisonVerdict.COMPARISON_VERDICT_BETTER);

    assertThat(decide(gate, List.of(asks)).getAction()).isEqualTo(GateAction.GATE_ACTION_HOLD);
    assertThat(
            decide(
                    gate,
                    List.of(
                        asks,
                        comparison("base", "code", ComparisonVerdict.COMPARISON_VERDICT_BETTER)))
                .getAction())
        .isEqualTo(GateAction.GATE_ACTION_ASK);
  }

  @Test
  void theStage1ModelIsReleasedWhereStage2IsWorse() {
    GateSpec gate =
        gate(GateAction.GATE_ACTION_HOLD)
            .addConditions(
                condition("math", NOT_WORSE).toBuilder()
                    .setBaseline(GateBaseline.GATE_BASELINE_STAGE_1)
                    .setWorse(GateAction.GATE_ACTION_RELEASE_STAGE_1))
            .addConditions(condition("math", BETTER))
            .build();
    Comparison worse = comparison("stage-1", "math", ComparisonVerdict.COMPARISON_VERDICT_WORSE);
    Comparison stage1 =
        comparison("base", "math", ComparisonVerdict.COMPARISON_VERDICT_BETTER).toBuilder()
            .setModel("stage-1")
            .build();

    GateResult released = decide(gate, List.of(worse, stage1));

    assertThat(released.getAction()).isEqualTo(GateAction.GATE_ACTION_RELEASE);
    assertThat(released.getModel()).isEqualTo("stage-1");
    assertThat(released.getFindingsList())
        .extracting(GateFinding::getSentence)
        .containsExactly(
            "not worse than stage-1 on math: not met. As seen.",
            "better than base on math: cannot tell. The run has no comparison of the two.",
            "stage-1 better than base on math: met. As seen.");
  }

  @Test
  void theStage1ModelHasToMeetTheConditionsInItsPlace() {
    GateSpec gate =
        gate(GateAction.GATE_ACTION_RELEASE)
            .addConditions(
                condition("math", NOT_WORSE).toBuilder()
                    .setWorse(GateAction.GATE_ACTION_RELEASE_STAGE_1))
            .build();
    Comparison worse = comparison("base", "math", ComparisonVerdict.COMPARISON_VERDICT_WORSE);

    GateResult result = decide(gate, List.of(worse, worse.toBuilder().setModel("stage-1").build()));

    assertThat(result.getModel()).isEqualTo("stage-1");
    assertThat(result.getAction()).isEqualTo(GateAction.GATE_ACTION_HOLD);
  }

  @Test
  void conditionsAboutTheAliasOrWithAMarginHaveTheirOwnComparisons() {
    GateCondition margin = condition("math", NOT_WORSE).toBuilder().setMargin(3).build();
    GateCondition alias =
        condition("math", NOT_WORSE).toBuilder()
            .setBaseline(GateBaseline.GATE_BASELINE_ALIAS)
            .build();
    GateSpec gate =
        gate(GateAction.GATE_ACTION_HOLD)
            .addConditions(margin)
            .addConditions(alias)
            .addConditions(alias.toBuilder().setBenchmark("code"))
            .addConditions(alias.toBuilder().setBenchmark("text"))
            .build();
    Comparison notWorse =
        comparison("base", "math", ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE);
    CompareForGateResponse compared =
        CompareForGateResponse.newBuilder()
            .setAliasVersion(3)
            .addComparisons(own(0).setComparison(notWorse))
            .addComparisons(own(1).setComparison(notWorse))
            .addComparisons(own(2).setReason("Other problems."))
            .addComparisons(own(3).setReason("It is this model.").setMet(true))
            .build();

    assertThat(ReleaseGate.needsComparisons(gate)).isTrue();
    GateResult result =
        ReleaseGate.decide(
            release(gate),
            List.of(comparison("base", "math", ComparisonVerdict.COMPARISON_VERDICT_WORSE)),
            compared);

    assertThat(result.getAliasVersion()).isEqualTo(3);
    assertThat(result.getFindingsList())
        .extracting(GateFinding::getSentence)
        .containsExactly(
            "not worse than base on math: met. As seen.",
            "not worse than the holder of latest, v3 on math: met. As seen.",
            "not worse than the holder of latest, v3 on code: cannot tell. Other problems.",
            "not worse than the holder of latest, v3 on text: met. It is this model.");
    assertThat(result.getFindings(0).getComparison()).isEqualTo(notWorse);
  }

  private static GateAction action(GateCondition condition, ComparisonVerdict verdict) {
    return decide(
            gate(GateAction.GATE_ACTION_HOLD).addConditions(condition).build(),
            List.of(comparison("base", "math", verdict)))
        .getFindings(0)
        .getAction();
  }

  private static GateComparison.Builder own(int condition) {
    return GateComparison.newBuilder().setCondition(condition).setModel("stage-2");
  }

  private static GateResult decide(GateSpec gate, List<Comparison> comparisons) {
    return ReleaseGate.decide(
        release(gate), comparisons, CompareForGateResponse.getDefaultInstance());
  }

  private static ReleaseSpec release(GateSpec gate) {
    return ReleaseSpec.newBuilder().setAlias("latest").setGate(gate).build();
  }

  private static GateOutcome outcome(GateRequirement required, ComparisonVerdict verdict) {
    return decide(
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
