package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.evaluation.EvaluatedModels;
import io.retort.export.ExportActivities;
import io.retort.failure.Failures;
import io.retort.ingest.IngestActivities;
import io.retort.release.ReleaseActivities;
import io.retort.rows.PromptActivities;
import io.retort.rows.UsageDetail;
import io.retort.training.TrainerJobs;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationSummary;
import io.retort.v1.ExportDataRequest;
import io.retort.v1.ExportResult;
import io.retort.v1.Failure;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestSummary;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.PairingSummary;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.PublishRequest;
import io.retort.v1.RecordRunRequest;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.ReserveVersionRequest;
import io.retort.v1.ReserveVersionResponse;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RowStageContext;
import io.retort.v1.RowStageRequest;
import io.retort.v1.Run;
import io.retort.v1.RunContext;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.SnapshotPromptsRequest;
import io.retort.v1.Stage;
import io.retort.v1.TrainerResult;
import io.retort.v1.TrainingResult;
import io.retort.v1.TrainingStage;
import io.retort.v1.WriteReportRequest;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Runs that began before stages had fingerprints. Kept until the last of them has ended and its
 * history has expired; new features are not added here.
 */
public final class RunWorkflowV1Impl implements RunWorkflowV1 {
  private final IngestActivities ingestActivities =
      Workflow.newActivityStub(
          IngestActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(IngestActivities.INGEST, IngestActivities.INSPECT_STUDENT));
  private final ReleaseActivities releaseActivities =
      Workflow.newActivityStub(
          ReleaseActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(
              ReleaseActivities.RESERVE_VERSION,
              ReleaseActivities.PUBLISH,
              ReleaseActivities.WRITE_REPORT));
  private final ExportActivities exportActivities =
      Workflow.newActivityStub(
          ExportActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(ExportActivities.EXPORT_DATA));
  private final RunRecordActivities recordActivities =
      Workflow.newActivityStub(
          RunRecordActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(RunRecordActivities.RECORD_RUN));
  private final PromptActivities promptActivities =
      Workflow.newActivityStub(
          PromptActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(PromptActivities.SNAPSHOT_PROMPTS));
  private final TrainerRuns trainers;
  private final RowStageRuns rowStages;
  private final EvaluationV1 evaluation;

  private final RunRequest request;
  private final RunContext context;
  private final RunSpec spec;
  private final TrainerJobs jobs;
  private final RunTracker tracker;
  private final PauseControl pauses;

  @WorkflowInit
  public RunWorkflowV1Impl(RunRequest request) {
    this.request = request;
    spec = request.getSpec();
    context =
        RunContext.newBuilder()
            .setRunId(request.getRunId())
            .setStoreUri(request.getStoreUri())
            .setSpec(spec)
            .build();
    jobs = new TrainerJobs(context);
    tracker = new RunTracker(request);
    pauses = new PauseControl(request.getRunId(), spec, tracker, () -> {});
    trainers = new TrainerRuns(spec, pauses);
    rowStages = new RowStageRuns(request.getRunId(), pauses, new FaultTolerance(pauses));
    evaluation = new EvaluationV1(context, jobs, trainers, ingestActivities, tracker);
  }

  @Override
  public Run run(RunRequest ignored) {
    try {
      record();
      runStages();
      tracker.succeed();
      record();
      return tracker.snapshot();
    } catch (TemporalFailure thrown) {
      if (Failures.isCancellation(thrown)) {
        tracker.cancel();
        recordEnd();
        throw thrown;
      }
      Failure failure = Failures.fromThrowable(thrown);
      tracker.fail(failure);
      recordEnd();
      throw Failures.ending(failure, thrown);
    }
  }

  @Override
  public Run getRun() {
    return tracker.snapshot();
  }

  @Override
  public Run pause(PauseRunRequest asked) {
    pauses.pause(asked);
    return tracker.snapshot();
  }

  @Override
  public void checkPause(PauseRunRequest asked) {
    pauses.check(asked);
  }

  @Override
  public Run resume(ResumeRunRequest asked) {
    pauses.resume(asked);
    return tracker.snapshot();
  }

  @Override
  public void checkResume(ResumeRunRequest asked) {
    pauses.check(asked);
  }

  private void runStages() {
    if (spec.getJudge().hasPrompts()) {
      promptActivities.snapshotPrompts(SnapshotPromptsRequest.newBuilder().setRun(context).build());
    }
    switch (spec.getLastStage()) {
      case LAST_STAGE_CURATE -> curate(ingest());
      case LAST_STAGE_PAIR -> {
        IngestSummary ingested = ingest();
        pair(curate(ingested), ingested.getShards());
      }
      case LAST_STAGE_RELEASE, LAST_STAGE_UNSPECIFIED, UNRECOGNIZED -> runLifecycle();
    }
    export();
  }

  private void runLifecycle() {
    String student =
        ingestActivities
            .inspectStudent(
                InspectStudentRequest.newBuilder()
                    .setModelUri(spec.getStudent().getModel())
                    .setStoreUri(request.getStoreUri())
                    .build())
            .getModelUri();
    IngestSummary ingested = ingest();
    CurationSummary curated = curate(ingested);
    TrainingResult sft =
        train(Stage.STAGE_SFT, TrainingStage.TRAINING_STAGE_SFT, student, curated.getKept());
    PairingSummary paired = pair(curated, ingested.getShards());
    TrainingResult cogpo =
        train(
            Stage.STAGE_COGPO,
            TrainingStage.TRAINING_STAGE_COGPO,
            sft.getModelUri(),
            paired.getPairs());
    Map<String, String> models = new LinkedHashMap<>();
    models.put(EvaluatedModels.BASE, student);
    models.put(EvaluatedModels.STAGE_1, sft.getModelUri());
    models.put(EvaluatedModels.STAGE_2, cogpo.getModelUri());
    enter(Stage.STAGE_EVALUATE, "samples", 0);
    evaluation.run(models);
    release(cogpo.getModelUri());
  }

  /** Exports the data sets, also for runs without training. */
  private void export() {
    pauses.awaitResumed();
    tracker.export(
        exportActivities
            .exportData(
                ExportDataRequest.newBuilder()
                    .setRun(tracker.snapshot())
                    .setStoreUri(request.getStoreUri())
                    .build())
            .getExport());
  }

  private IngestSummary ingest() {
    enter(Stage.STAGE_INGEST, "rows", 0);
    IngestSummary summary =
        ingestActivities
            .ingest(
                IngestRequest.newBuilder()
                    .setStoreUri(request.getStoreUri())
                    .addAllSources(spec.getData().getTrainList())
                    .setShardRows(spec.getData().getShardRows())
                    .setFilters(spec.getData().getFilters())
                    .addAllBenchmarks(spec.getEvaluation().getBenchmarksList())
                    .build())
            .getSummary();
    tracker.dataset(summary.getDataset().getSha256());
    tracker.leave(
        summary.getRows(),
        summary.getQuarantined() + " quarantined",
        builder -> builder.setIngest(summary));
    return summary;
  }

  private void enter(Stage stage, String unit, long total) {
    pauses.awaitResumed();
    tracker.enter(stage, unit, total);
  }

  private CurationSummary curate(IngestSummary ingested) {
    enter(Stage.STAGE_CURATE, "rows", ingested.getRows());
    CurationSummary summary =
        runRowStage(Stage.STAGE_CURATE, ingested.getDataset(), ingested.getShards()).getCuration();
    tracker.leave(
        summary.getRows(),
        summary.getRetained()
            + " retained, "
            + summary.getImproved()
            + " improved"
            + UsageDetail.of(summary.getUsage(), summary.getCache()),
        builder -> builder.setCuration(summary));
    return summary;
  }

  private PairingSummary pair(CurationSummary curated, int shards) {
    enter(Stage.STAGE_PAIR, "rows", curated.getKept().getRows());
    PairingSummary summary = runRowStage(Stage.STAGE_PAIR, curated.getKept(), shards).getPairing();
    tracker.leave(
        summary.getRows(),
        summary.getPairs().getRows()
            + " pairs"
            + UsageDetail.of(summary.getUsage(), summary.getCache()),
        builder -> builder.setPairing(summary));
    return summary;
  }

  private FinishStageResponse runRowStage(Stage stage, ArtifactRef input, int shards) {
    return rowStages.run(
        RowStageRequest.newBuilder()
            .setContext(
                RowStageContext.newBuilder().setRun(context).setStage(stage).setInput(input))
            .setShards(shards)
            .build());
  }

  private TrainingResult train(
      Stage stage, TrainingStage trainingStage, String modelUri, ArtifactRef dataset) {
    enter(stage, "steps", 0);
    TrainingResult result =
        trainers.run(jobs.training(trainingStage, modelUri, dataset)).getTraining();
    tracker.leave(
        result.getSteps(),
        String.format(Locale.ROOT, "loss %.4f", result.getFinalLoss()),
        builder -> {
          if (stage == Stage.STAGE_SFT) {
            builder.setSft(result);
          } else {
            builder.setCogpo(result);
          }
        });
    return result;
  }

  private void release(String modelUri) {
    enter(Stage.STAGE_RELEASE, "models", 1);
    ReserveVersionResponse reserved =
        releaseActivities.reserveVersion(
            ReserveVersionRequest.newBuilder().setRun(context).build());
    TrainerResult exported = trainers.run(jobs.export(modelUri, reserved.getModelUri(), "", ""));
    ExportResult export = exported.getExport();
    ReleaseSummary published =
        releaseActivities
            .publish(
                PublishRequest.newBuilder()
                    .setRun(tracker.snapshot())
                    .setStoreUri(request.getStoreUri())
                    .setVersion(reserved.getVersion())
                    .setExport(export)
                    .build())
            .getRelease();
    tracker.leave(
        1,
        published.getModel() + " version " + published.getVersion(),
        builder -> builder.setRelease(published));
    String report =
        releaseActivities
            .writeReport(
                WriteReportRequest.newBuilder()
                    .setRun(tracker.snapshot())
                    .setStoreUri(request.getStoreUri())
                    .build())
            .getReportUri();
    tracker.report(report);
  }

  private void record() {
    recordActivities.recordRun(
        RecordRunRequest.newBuilder()
            .setRun(tracker.snapshot())
            .setStoreUri(request.getStoreUri())
            .build());
  }

  /** Runs detached from a cancellation, which would otherwise stop the recording. */
  private void recordEnd() {
    Workflow.newDetachedCancellationScope(this::record).run();
  }
}
