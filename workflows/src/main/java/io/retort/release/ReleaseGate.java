package io.retort.release;

import io.retort.enums.EnumText;
import io.retort.evaluation.EvaluatedModels;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides from paired comparisons which model is published and whether its alias may move. */
public final class ReleaseGate {
  private static final String NO_COMPARISON = "The run has no comparison of the two.";

  private final ReleaseSpec release;
  private final List<Comparison> comparisons;
  private final CompareForGateResponse compared;

  private ReleaseGate(
      ReleaseSpec release, List<Comparison> comparisons, CompareForGateResponse compared) {
    this.release = release;
    this.comparisons = comparisons;
    this.compared = compared;
  }

  /** Whether the comparisons of the evaluate stage do not suffice to decide. */
  public static boolean needsComparisons(GateSpec gate) {
    return gate.getConditionsList().stream().anyMatch(ReleaseGate::hasOwnComparison);
  }

  /** Whether a condition compares with the version that the alias names. */
  public static boolean isAboutAlias(GateSpec gate) {
    return gate.getConditionsList().stream()
        .anyMatch(condition -> condition.getBaseline() == GateBaseline.GATE_BASELINE_ALIAS);
  }

  /**
   * Where a condition about the stage-2 model says so, the stage-1 model has to meet the conditions
   * in its place.
   *
   * @param comparisons of the run; a condition without its comparison cannot be told
   * @param compared for conditions about the alias or with a margin of their own
   */
  public static GateResult decide(
      ReleaseSpec release, List<Comparison> comparisons, CompareForGateResponse compared) {
    return new ReleaseGate(release, comparisons, compared).decide();
  }

  private GateResult decide() {
    String model = EvaluatedModels.STAGE_2;
    List<GateFinding> findings = new ArrayList<>(findings(model));
    GateAction action = strictest(findings);
    if (action == GateAction.GATE_ACTION_RELEASE_STAGE_1) {
      model = EvaluatedModels.STAGE_1;
      List<GateFinding> ofStage1 = findings(model);
      findings.addAll(ofStage1);
      action = strictest(ofStage1);
    }
    return GateResult.newBuilder()
        .setAction(action)
        .setModel(model)
        .setAliasVersion(compared.getAliasVersion())
        .addAllFindings(findings)
        .build();
  }

  /** Of every condition that the model can meet: stage-1 is not compared with itself. */
  private List<GateFinding> findings(String model) {
    List<GateFinding> findings = new ArrayList<>();
    for (int index = 0; index < release.getGate().getConditionsCount(); index++) {
      GateCondition condition = release.getGate().getConditions(index);
      if (model.equals(EvaluatedModels.STAGE_2)
          || condition.getBaseline() != GateBaseline.GATE_BASELINE_STAGE_1) {
        findings.add(find(index, condition, model));
      }
    }
    return findings;
  }

  private GateFinding find(int index, GateCondition condition, String model) {
    GateComparison own = own(index, model);
    Optional<Comparison> comparison =
        hasOwnComparison(condition)
            ? Optional.of(own.getComparison()).filter(ignored -> own.hasComparison())
            : ofRun(condition, model);
    GateOutcome outcome =
        own.getMet()
            ? GateOutcome.GATE_OUTCOME_MET
            : comparison
                .map(one -> outcome(condition.getRequire(), one.getVerdict()))
                .orElse(GateOutcome.GATE_OUTCOME_CANNOT_TELL);
    GateAction action =
        own.getMet()
            ? GateAction.GATE_ACTION_RELEASE
            : action(
                condition,
                comparison
                    .map(Comparison::getVerdict)
                    .orElse(ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL));
    boolean again =
        model.equals(EvaluatedModels.STAGE_1) && action == GateAction.GATE_ACTION_RELEASE_STAGE_1;
    String reason = own.getReason().isEmpty() ? NO_COMPARISON : own.getReason();
    GateFinding.Builder finding =
        GateFinding.newBuilder()
            .setCondition(condition)
            .setModel(model)
            .setOutcome(outcome)
            .setAction(again ? GateAction.GATE_ACTION_HOLD : action)
            .setSentence(
                sentence(condition, model, outcome)
                    + comparison.map(Comparison::getSentence).orElse(reason));
    if (own.hasComparison()) {
      finding.setComparison(own.getComparison());
    }
    return finding.build();
  }

  private Optional<Comparison> ofRun(GateCondition condition, String model) {
    String baseline = EvaluatedModels.of(condition.getBaseline());
    return comparisons.stream()
        .filter(one -> one.getModel().equals(model))
        .filter(one -> one.getBaseline().equals(baseline))
        .filter(one -> one.getBenchmark().equals(condition.getBenchmark()))
        .findFirst();
  }

  private GateComparison own(int index, String model) {
    return compared.getComparisonsList().stream()
        .filter(one -> one.getCondition() == index && one.getModel().equals(model))
        .findFirst()
        .orElse(GateComparison.getDefaultInstance());
  }

  private static boolean hasOwnComparison(GateCondition condition) {
    return condition.hasMargin() || condition.getBaseline() == GateBaseline.GATE_BASELINE_ALIAS;
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

  private GateAction action(GateCondition condition, ComparisonVerdict verdict) {
    GateSpec gate = release.getGate();
    return switch (verdict) {
      case COMPARISON_VERDICT_BETTER ->
          condition.hasBetter() ? condition.getBetter() : GateAction.GATE_ACTION_RELEASE;
      case COMPARISON_VERDICT_NOT_WORSE -> {
        GateAction unless =
            condition.getRequire() == GateRequirement.GATE_REQUIREMENT_BETTER
                ? gate.getOtherwise()
                : GateAction.GATE_ACTION_RELEASE;
        yield condition.hasNotWorse() ? condition.getNotWorse() : unless;
      }
      case COMPARISON_VERDICT_WORSE ->
          condition.hasWorse() ? condition.getWorse() : gate.getOtherwise();
      case COMPARISON_VERDICT_CANNOT_TELL, COMPARISON_VERDICT_UNSPECIFIED, UNRECOGNIZED ->
          condition.hasCannotTell() ? condition.getCannotTell() : gate.getCannotTell();
    };
  }

  /** RELEASE of no findings. */
  private static GateAction strictest(List<GateFinding> findings) {
    GateAction strictest = GateAction.GATE_ACTION_RELEASE;
    for (GateFinding finding : findings) {
      if (strictness(finding.getAction()) > strictness(strictest)) {
        strictest = finding.getAction();
      }
    }
    return strictness(strictest) == strictness(GateAction.GATE_ACTION_HOLD)
        ? GateAction.GATE_ACTION_HOLD
        : strictest;
  }

  private static int strictness(GateAction action) {
    return switch (action) {
      case GATE_ACTION_RELEASE -> 0;
      case GATE_ACTION_ASK -> 1;
      case GATE_ACTION_HOLD, GATE_ACTION_UNSPECIFIED, UNRECOGNIZED -> 2;
      // Another model is published, which has to meet the conditions itself.
      case GATE_ACTION_RELEASE_STAGE_1 -> 3;
    };
  }

  private String sentence(GateCondition condition, String model, GateOutcome outcome) {
    return (model.equals(EvaluatedModels.STAGE_1) ? "stage-1 " : "")
        + (condition.getRequire() == GateRequirement.GATE_REQUIREMENT_BETTER
            ? "better"
            : "not worse")
        + " than "
        + (condition.getBaseline() == GateBaseline.GATE_BASELINE_ALIAS
            ? holder()
            : EvaluatedModels.of(condition.getBaseline()))
        + " on "
        + condition.getBenchmark()
        + ": "
        + EnumText.words(outcome)
        + ". ";
  }

  private String holder() {
    return "the holder of "
        + release.getAlias()
        + (compared.getAliasVersion() == 0 ? "" : ", v" + compared.getAliasVersion());
  }
}
