package io.retort.pages;

import io.retort.enums.EnumText;
import io.retort.report.Figures;
import io.retort.report.PlanText;
import io.retort.v1.Failure;
import io.retort.v1.Plan;
import io.retort.v1.StageDifference;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a run would do.
 *
 * @param summary in one line: which stages are reused, time and money
 * @param waits what the run would wait for
 * @param problems failures that would end or pause it
 */
public record PlanView(
    String summary,
    List<Stage> stages,
    List<String> waits,
    List<Problem> problems,
    List<String> warnings) {
  /**
   * A stage of the plan.
   *
   * @param reuse "HIT", "RUN" or "?"
   * @param madeBy run that made a result that is reused, else empty
   * @param compared run that the differences are about, empty without one
   * @param more differences that are not shown
   * @param after names of the stages whose results it waits for
   * @param estimate with its source; empty for a HIT
   */
  public record Stage(
      String name,
      String reuse,
      String reason,
      String madeBy,
      String compared,
      List<Difference> differences,
      int more,
      String after,
      String estimate) {}

  /** A field or input with two values. */
  public record Difference(String name, String before, String after) {}

  /** A failure that would come. */
  public record Problem(String category, String message) {}

  static PlanView of(Plan plan) {
    return new PlanView(
        PlanText.outline(plan),
        plan.getStagesList().stream().map(PlanView::stage).toList(),
        plan.getWaitsForList(),
        plan.getProblemsList().stream().map(PlanView::problem).toList(),
        plan.getWarningsList());
  }

  private static Stage stage(StagePlan stage) {
    boolean hit = stage.getReuse() == StageReuse.STAGE_REUSE_HIT;
    return new Stage(
        Figures.name(stage.getStage()),
        stage.getReuse() == StageReuse.STAGE_REUSE_UNSPECIFIED
            ? "?"
            : EnumText.shortName(stage.getReuse()),
        stage.getReason(),
        hit ? stage.getMadeByRunId() : "",
        hit ? "" : stage.getComparedRunId(),
        stage.getDifferencesList().stream().map(PlanView::difference).toList(),
        stage.getMoreDifferences(),
        stage.getWaitsForList().stream().map(Figures::name).collect(Collectors.joining(", ")),
        stage.hasEstimate() ? PlanText.estimate(stage) : "");
  }

  private static Difference difference(StageDifference difference) {
    return new Difference(
        difference.getName(),
        difference.hasBefore() ? difference.getBefore() : "not set",
        difference.hasAfter() ? difference.getAfter() : "not set");
  }

  private static Problem problem(Failure failure) {
    return new Problem(
        EnumText.shortName(failure.getCategory()) + "/" + failure.getType(), failure.getMessage());
  }
}
