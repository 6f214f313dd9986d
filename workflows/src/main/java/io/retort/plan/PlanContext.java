package io.retort.plan;

import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageSpec;
import io.retort.v1.ArtifactRef;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Run;
import io.retort.v1.RunContext;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.RunSummary;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.workflow.Functions;
import java.util.List;
import java.util.Optional;

/**
 * A run that is only planned, as a stage sees it: enough for {@link RunStage#inputs}, and nothing
 * that changes anything.
 */
final class PlanContext implements StageContext {
  private final RunContext run;
  private final PlannedModels models;
  private final RunSummary summary;
  private final String released;
  private final PlanClock clock;

  /**
   * @param summary results of earlier stages; those of stages that run are empty
   */
  PlanContext(
      RunStage stage,
      RunRequest request,
      PlannedModels models,
      RunSummary summary,
      String released,
      PlanClock clock) {
    RunSpec.Builder spec = StageSpec.of(stage, request.getSpec()).toBuilder();
    models.fetched().ifPresent(uri -> spec.getStudentBuilder().setModel(uri));
    run =
        RunContext.newBuilder()
            .setStoreUri(request.getStoreUri())
            .setReusesCompletions(request.getRescores())
            .setSpec(spec)
            .build();
    this.models = models;
    this.summary = summary;
    this.released = released;
    this.clock = clock;
  }

  @Override
  public RunContext run() {
    return run;
  }

  @Override
  public RunSummary summary() {
    return summary;
  }

  /** Without a digest where it is not known. */
  @Override
  public Optional<ArtifactRef> student() {
    return models.student();
  }

  @Override
  public List<EvaluatedModel> models() {
    return models.evaluated();
  }

  @Override
  public String released() {
    return released;
  }

  @Override
  public <A> A activities(Class<A> type, String... names) {
    return clock.activities(type, names);
  }

  @Override
  public <R> R call(Functions.Func<R> activity) {
    return activity.apply();
  }

  @Override
  public Run snapshot() {
    throw planned();
  }

  @Override
  public TrainerResult train(TrainerJob job) {
    throw planned();
  }

  @Override
  public <R> List<R> all(List<Functions.Func<R>> tasks) {
    throw planned();
  }

  @Override
  public TrainerResult trainOnce(TrainerJob job) {
    throw planned();
  }

  @Override
  public FinishStageResponse rows(
      ArtifactRef input, int shards, Optional<ArtifactRef> curationRecords) {
    throw planned();
  }

  @Override
  public void expect(long total) {
    throw planned();
  }

  @Override
  public void advance(long done, String detail) {
    throw planned();
  }

  private static UnsupportedOperationException planned() {
    return new UnsupportedOperationException("a planned run does nothing");
  }
}
