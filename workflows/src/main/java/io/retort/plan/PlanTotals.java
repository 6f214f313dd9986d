package io.retort.plan;

import io.retort.v1.PlanEstimate;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Sums of estimates. */
final class PlanTotals {
  /** Of the stages that run; without the figures that are unknown for one of them. */
  static PlanEstimate of(List<StagePlan> stages) {
    List<StagePlan> running =
        stages.stream().filter(stage -> stage.getReuse() != StageReuse.STAGE_REUSE_HIT).toList();
    List<StagePlan> judged =
        running.stream().filter(stage -> StageEstimates.asksJudge(stage.getStage())).toList();
    PlanEstimate.Builder total = PlanEstimate.newBuilder();
    sum(running, PlanEstimate::hasSeconds, PlanEstimate::getSeconds).ifPresent(total::setSeconds);
    sum(judged, PlanEstimate::hasCost, PlanEstimate::getCost).ifPresent(total::setCost);
    sum(judged, PlanEstimate::hasCalls, one -> (double) one.getCalls())
        .ifPresent(calls -> total.setCalls(Math.round(calls)));
    sum(judged, PlanEstimate::hasPromptTokens, one -> (double) one.getPromptTokens())
        .ifPresent(tokens -> total.setPromptTokens(Math.round(tokens)));
    sum(judged, PlanEstimate::hasCompletionTokens, one -> (double) one.getCompletionTokens())
        .ifPresent(tokens -> total.setCompletionTokens(Math.round(tokens)));
    return total.build();
  }

  private static Optional<Double> sum(
      List<StagePlan> stages,
      Predicate<PlanEstimate> isKnown,
      Function<PlanEstimate, Double> figure) {
    double sum = 0;
    for (StagePlan stage : stages) {
      if (!isKnown.test(stage.getEstimate())) {
        return Optional.empty();
      }
      sum += figure.apply(stage.getEstimate());
    }
    return Optional.of(sum);
  }

  private PlanTotals() {}
}
