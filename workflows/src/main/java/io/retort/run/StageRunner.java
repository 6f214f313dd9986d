package io.retort.run;

import com.google.protobuf.util.Timestamps;
import io.retort.activity.ActivityPolicies;
import io.retort.enums.EnumText;
import io.retort.evaluation.EvaluatedModels;
import io.retort.failure.Failures;
import io.retort.stage.Fingerprint;
import io.retort.stage.RunStage;
import io.retort.stage.StageActivities;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.stage.StageSpec;
import io.retort.v1.ArtifactRef;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.FindStageRequest;
import io.retort.v1.FindStageResponse;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.PublishStageRequest;
import io.retort.v1.RowStageContext;
import io.retort.v1.RowStageRequest;
import io.retort.v1.Run;
import io.retort.v1.RunContext;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageRecord;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Optional;

/**
 * Reuses the result of a stage if the store has it; otherwise runs the stage and publishes its
 * result.
 */
final class StageRunner {
  private static final int SCHEMA_VERSION = 1;

  private final StageActivities activities =
      Workflow.newActivityStub(
          StageActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(StageActivities.FIND_STAGE, StageActivities.PUBLISH_STAGE));
  private final RunRequest request;
  private final RunTracker tracker;
  private final RunRecords records;
  private final PauseControl pauses;
  private final FaultTolerance faults;
  private final TrainerRuns trainers;
  private final RowStageRuns rowStages;
  private Functions.Func<Optional<ArtifactRef>> inspect = Optional::empty;
  private Optional<ArtifactRef> student = Optional.empty();
  private Optional<ArtifactRef> fetched = Optional.empty();
  private Functions.Func<List<EvaluatedModel>> inspectModels = List::of;
  private List<EvaluatedModel> models = List.of();
  private String released = EvaluatedModels.STAGE_2;

  StageRunner(
      RunRequest request,
      RunTracker tracker,
      RunRecords records,
      PauseControl pauses,
      FaultTolerance faults) {
    this.request = request;
    this.tracker = tracker;
    this.records = records;
    this.pauses = pauses;
    this.faults = faults;
    trainers = new TrainerRuns(request.getSpec(), pauses);
    rowStages = new RowStageRuns(request.getRunId(), pauses, faults);
  }

  /**
   * Inspects the student's folder now, and again after each stage that has read it.
   *
   * @param inspected hashes the folder
   */
  void student(Functions.Func<ArtifactRef> inspected) {
    inspect = () -> Optional.of(faults.call(inspected));
    student = inspect.apply();
  }

  /**
   * Inspects the models to evaluate now, and again after the stage that has read them.
   *
   * @param inspected hashes their folders
   */
  void models(Functions.Func<List<EvaluatedModel>> inspected) {
    inspectModels = () -> faults.call(inspected);
    models = inspectModels.apply();
    tracker.models(models);
  }

  /** The student's files are elsewhere than the spec says: in this folder. */
  void fetched(ArtifactRef folder) {
    fetched = Optional.of(folder);
  }

  /** The run releases another of its models than the stage-2 model, or that one. */
  void released(String model) {
    released = model;
  }

  void run(RunStage stage) {
    pauses.awaitResumed();
    tracker.enter(stage);
    records.write();
    Context context = new Context(stage);
    Fingerprint fingerprint = Fingerprint.of(stage, request.getSpec(), stage.inputs(context));
    tracker.fingerprint(fingerprint.sha256());
    FindStageResponse found =
        request.getFreshStagesList().contains(stage.stage())
            ? FindStageResponse.newBuilder().setReason("requested to run again").build()
            : find(fingerprint);
    if (found.hasRecord()) {
      tracker.take(found.getRecord());
      return;
    }
    if (request.getRescores() && stage.stage() != Stage.STAGE_EVALUATE) {
      throw notReused(stage.stage(), found.getReason());
    }
    tracker.run(found.getReason());
    StageOutput output = stage.run(context);
    // An input may have changed while the stage read it. The result then matches neither version of
    // the input and is not published.
    context.refreshInputs();
    boolean same =
        Fingerprint.of(stage, request.getSpec(), stage.inputs(context)).equals(fingerprint);
    tracker.leave(
        same
            ? output
            : new StageOutput(
                output.summary(),
                output.artifacts(),
                output.done(),
                output.detail() + "; not published, because its inputs changed in the meantime"));
    if (same) {
      publish(fingerprint, output);
    }
  }

  /** What only grades answers anew neither asks the judge nor trains. */
  private ApplicationFailure notReused(Stage stage, String reason) {
    return Failures.user(
        "STAGE_NOT_REUSABLE",
        "stage "
            + EnumText.words(stage)
            + " of run "
            + request.getOriginRunId()
            + ": its result is not in the store for these inputs and this version"
            + (reason.isEmpty() ? "" : ", " + reason)
            + " (expected: a result to reuse, as only answers are graded anew; to make it again:"
            + " retort runs retrain "
            + request.getOriginRunId()
            + " --fresh evaluate)");
  }

  private FindStageResponse find(Fingerprint fingerprint) {
    return faults.call(
        () ->
            activities.findStage(
                FindStageRequest.newBuilder()
                    .setStoreUri(request.getStoreUri())
                    .setFingerprint(fingerprint.sha256())
                    .build()));
  }

  private void publish(Fingerprint fingerprint, StageOutput output) {
    StageRecord record =
        StageRecord.newBuilder()
            .setSchemaVersion(SCHEMA_VERSION)
            .setFingerprint(fingerprint.sha256())
            .setStage(fingerprint.stage().stage())
            .setVersion(fingerprint.stage().version())
            .putAllFields(fingerprint.fields())
            .putAllInputs(fingerprint.inputs())
            .setSummary(output.summary())
            .setProgress(tracker.current())
            .setRunId(request.getRunId())
            .setPublishedAt(Timestamps.fromMillis(Workflow.currentTimeMillis()))
            .build();
    faults.run(
        () ->
            activities.publishStage(
                PublishStageRequest.newBuilder()
                    .setStoreUri(request.getStoreUri())
                    .setRecord(record)
                    .addAllArtifacts(output.artifacts())
                    .build()));
  }

  private final class Context implements StageContext {
    private final Stage stage;
    private final RunContext run;
    private boolean refresh;

    Context(RunStage stage) {
      this.stage = stage.stage();
      run =
          RunContext.newBuilder()
              .setRunId(request.getRunId())
              .setStoreUri(request.getStoreUri())
              .setReusesCompletions(request.getRescores())
              .setSpec(withFetchedStudent(StageSpec.of(stage, request.getSpec())))
              .build();
    }

    private RunSpec withFetchedStudent(RunSpec spec) {
      return fetched
          .map(
              folder -> {
                RunSpec.Builder with = spec.toBuilder();
                with.getStudentBuilder().setModel(folder.getUri());
                return with.build();
              })
          .orElse(spec);
    }

    /** Discards the earlier digests, so that external inputs are inspected again. */
    void refreshInputs() {
      refresh = true;
    }

    @Override
    public RunContext run() {
      return run;
    }

    @Override
    public RunSummary summary() {
      return tracker.snapshot().getSummary();
    }

    @Override
    public Run snapshot() {
      return tracker.snapshot();
    }

    @Override
    public Optional<ArtifactRef> student() {
      if (refresh) {
        student = inspect.apply();
        refresh = false;
      }
      return student;
    }

    @Override
    public List<EvaluatedModel> models() {
      if (refresh && !models.isEmpty()) {
        models = inspectModels.apply();
        refresh = false;
      }
      return models;
    }

    @Override
    public String released() {
      return released;
    }

    @Override
    public <A> A activities(Class<A> type, String... names) {
      return Workflow.newActivityStub(type, ActivityPolicies.BY_NAME, StageOptions.of(names));
    }

    @Override
    public <R> R call(Functions.Func<R> activity) {
      return faults.call(activity);
    }

    @Override
    public TrainerResult train(TrainerJob job) {
      return faults.call(() -> trainers.run(job));
    }

    @Override
    public <R> List<R> all(List<Functions.Func<R>> tasks) {
      return faults.all(tasks);
    }

    @Override
    public TrainerResult trainOnce(TrainerJob job) {
      return trainers.run(job);
    }

    @Override
    public FinishStageResponse rows(
        ArtifactRef input, int shards, Optional<ArtifactRef> curationRecords) {
      RowStageContext.Builder context =
          RowStageContext.newBuilder().setRun(run).setStage(stage).setInput(input);
      curationRecords.ifPresent(context::setRecords);
      return rowStages.run(
          RowStageRequest.newBuilder().setContext(context).setShards(shards).build());
    }

    @Override
    public void expect(long total) {
      tracker.expect(total);
    }

    @Override
    public void advance(long done, String detail) {
      tracker.advance(done, detail);
    }
  }
}
