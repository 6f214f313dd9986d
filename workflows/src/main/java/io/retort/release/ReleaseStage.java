package io.retort.release;

import io.retort.evaluation.EvaluatedModels;
import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.training.TrainerJobs;
import io.retort.v1.ExportResult;
import io.retort.v1.LastStage;
import io.retort.v1.PublishRequest;
import io.retort.v1.PublishResponse;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.ReserveVersionRequest;
import io.retort.v1.ReserveVersionResponse;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.TrainingResult;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The model that the gate has chosen becomes a version in the registry; its alias moves at the end
 * of the run.
 */
public final class ReleaseStage implements RunStage {
  @Override
  public Stage stage() {
    return Stage.STAGE_RELEASE;
  }

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Set<LastStage> runsWith() {
    return EnumSet.of(LastStage.LAST_STAGE_RELEASE, LastStage.LAST_STAGE_UNSPECIFIED);
  }

  @Override
  public List<String> reads() {
    return List.of(
        "student.system_prompt", "student.trace_format", "student.max_length", "release.model");
  }

  @Override
  public String unit() {
    return "models";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    return new TreeMap<>(Map.of(context.released() + " model", released(context).getModelSha256()));
  }

  @Override
  public StageOutput run(StageContext context) {
    context.expect(1);
    ReleaseActivities activities =
        context.activities(
            ReleaseActivities.class, ReleaseActivities.RESERVE_VERSION, ReleaseActivities.PUBLISH);
    ReserveVersionResponse reserved =
        context.call(
            () ->
                activities.reserveVersion(
                    ReserveVersionRequest.newBuilder().setRun(context.run()).build()));
    ExportResult export =
        context
            .train(
                new TrainerJobs(context.run())
                    .export(released(context).getModelUri(), reserved.getModelUri()))
            .getExport();
    PublishResponse published =
        context.call(
            () ->
                activities.publish(
                    PublishRequest.newBuilder()
                        .setRun(context.snapshot())
                        .setStoreUri(context.run().getStoreUri())
                        .setVersion(reserved.getVersion())
                        .setExport(export)
                        .setLeavesAlias(true)
                        .setReleased(context.released())
                        .build()));
    ReleaseSummary release = published.getRelease();
    return new StageOutput(
        RunSummary.newBuilder().setRelease(release).build(),
        List.of(published.getProvenance()),
        1,
        release.getModel() + " version " + release.getVersion());
  }

  private static TrainingResult released(StageContext context) {
    return context.released().equals(EvaluatedModels.STAGE_1)
        ? context.summary().getSft()
        : context.summary().getCogpo();
  }
}
