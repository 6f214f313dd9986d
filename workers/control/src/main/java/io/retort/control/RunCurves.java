package io.retort.control;

import io.retort.enums.RunPhases;
import io.retort.run.RunStages;
import io.retort.training.TrainerActivities;
import io.retort.v1.CurvePoint;
import io.retort.v1.GapRewards;
import io.retort.v1.GetCurvesResponse;
import io.retort.v1.LossPoint;
import io.retort.v1.RewardPoint;
import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.StageCurves;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainingCurves;
import io.retort.v1.TrainingResult;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What trainings have logged: of a training that has ended from its result, of one that runs from
 * the trainer's last heartbeat.
 */
final class RunCurves {
  /** More points than a chart has pixels only make a page slow. */
  static final int MOST_POINTS = 1000;

  private final Workflows workflows;
  private final RunReader reader;

  RunCurves(Workflows workflows, RunReader reader) {
    this.workflows = workflows;
    this.reader = reader;
  }

  /** Throws what {@link RunReader#get} throws. */
  GetCurvesResponse get(String runId) {
    Run run = reader.get(runId);
    GetCurvesResponse.Builder response = GetCurvesResponse.newBuilder();
    if (run.getSummary().hasSft()) {
      add(response, Stage.STAGE_SFT, of(run.getSummary().getSft()));
    }
    if (run.getSummary().hasCogpo()) {
      add(response, Stage.STAGE_COGPO, of(run.getSummary().getCogpo()));
    }
    runningTraining(run)
        .ifPresent(stage -> live(runId).ifPresent(curves -> add(response, stage, curves)));
    return response.build();
  }

  private static Optional<Stage> runningTraining(Run run) {
    return run.getStagesList().stream()
        .filter(stage -> !RunPhases.isTerminal(stage.getPhase()))
        .map(StageProgress::getStage)
        .filter(RunStages::isTraining)
        .filter(
            stage ->
                stage == Stage.STAGE_SFT
                    ? !run.getSummary().hasSft()
                    : !run.getSummary().hasCogpo())
        .findFirst();
  }

  private Optional<TrainingCurves> live(String runId) {
    List<PendingActivityInfo> pending =
        workflows
            .describe(runId)
            .map(DescribeWorkflowExecutionResponse::getPendingActivitiesList)
            .orElse(List.of());
    return pending.stream()
        .filter(
            activity ->
                activity.getActivityType().getName().equals(TrainerActivities.RUN_TRAINER_JOB))
        .flatMap(
            activity ->
                workflows.decode(activity.getHeartbeatDetails(), TrainerHeartbeat.class).stream())
        .filter(heartbeat -> heartbeat.getProgress().hasCurves())
        .map(heartbeat -> heartbeat.getProgress().getCurves())
        .findFirst();
  }

  private static TrainingCurves of(TrainingResult result) {
    return TrainingCurves.newBuilder()
        .addAllLoss(losses(result.getCurveList()))
        .addAllValidationLoss(losses(result.getValidationCurveList()))
        .addAllMargin(margins(result.getRewardCurveList()))
        .addAllTokensPerSecond(result.getSpeedCurveList())
        .build();
  }

  private static List<CurvePoint> losses(List<LossPoint> points) {
    return points.stream().map(point -> point(point.getStep(), point.getLoss())).toList();
  }

  /** Of all pairs together, which come first. */
  private static List<CurvePoint> margins(List<RewardPoint> points) {
    return points.stream()
        .filter(point -> point.getRewardsCount() > 0)
        .map(
            point -> {
              GapRewards all = point.getRewards(0);
              return point(point.getStep(), all.getMargin());
            })
        .toList();
  }

  private static CurvePoint point(long step, double value) {
    return CurvePoint.newBuilder().setStep(step).setValue(value).build();
  }

  private static void add(GetCurvesResponse.Builder response, Stage stage, TrainingCurves curves) {
    if (curves.equals(TrainingCurves.getDefaultInstance())) {
      return;
    }
    Function<List<CurvePoint>, List<CurvePoint>> thin = points -> thinned(points, MOST_POINTS);
    response.addStages(
        StageCurves.newBuilder()
            .setStage(stage)
            .setCurves(
                TrainingCurves.newBuilder()
                    .addAllLoss(thin.apply(curves.getLossList()))
                    .addAllValidationLoss(thin.apply(curves.getValidationLossList()))
                    .addAllMargin(thin.apply(curves.getMarginList()))
                    .addAllTokensPerSecond(thin.apply(curves.getTokensPerSecondList()))));
  }

  /** Evenly spaced points of a curve, with its first and its last one. */
  static List<CurvePoint> thinned(List<CurvePoint> points, int most) {
    if (points.size() <= most) {
      return points;
    }
    List<CurvePoint> kept = new ArrayList<>();
    for (int index = 0; index < most; index++) {
      kept.add(points.get((int) ((long) index * (points.size() - 1) / (most - 1))));
    }
    return kept;
  }
}
