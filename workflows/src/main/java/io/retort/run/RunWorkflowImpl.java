package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.ingest.IngestActivities;
import io.retort.rows.PromptActivities;
import io.retort.stage.RunStage;
import io.retort.training.ResourceActivities;
import io.retort.training.TrainerJobs;
import io.retort.v1.ArtifactRef;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.ModelSpec;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResourceSpec;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunContext;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.SnapshotPromptsRequest;
import io.retort.v1.Stage;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the stages in order and reuses the results that the store contains. */
public final class RunWorkflowImpl implements RunWorkflow {
  private static final String RESOURCE_CHECK = "resource-check";

  private final IngestActivities ingestActivities =
      Workflow.newActivityStub(
          IngestActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(IngestActivities.INSPECT_STUDENT));
  private final PromptActivities promptActivities =
      Workflow.newActivityStub(
          PromptActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(PromptActivities.SNAPSHOT_PROMPTS));

  private final RunRequest request;
  private final RunSpec spec;
  private final RunTracker tracker;
  private final RunRecords records;
  private final PauseControl pauses;
  private final FaultTolerance faults;
  private final StageRunner stages;
  private final ApprovalControl approvals;
  private final ReleaseControl releases;

  /** The student to inspect: the spec's model, with its commit once that is known. */
  private String student;

  /** Commits and versions of the models to evaluate, by name. */
  private final Map<String, String> pinnedModels = new LinkedHashMap<>();

  private boolean checked;

  @WorkflowInit
  public RunWorkflowImpl(RunRequest request) {
    this.request = request;
    spec = request.getSpec();
    student = spec.getStudent().getModel();
    tracker = new RunTracker(request);
    records = new RunRecords(request.getStoreUri(), tracker);
    pauses = new PauseControl(request.getRunId(), spec, tracker, records::write);
    faults = new FaultTolerance(pauses);
    stages = new StageRunner(request, tracker, records, pauses, faults);
    approvals = new ApprovalControl(request.getRunId(), tracker, pauses, records::write);
    releases = new ReleaseControl(request, tracker, faults, approvals);
  }

  @Override
  public Run run(RunRequest ignored) {
    try {
      records.write();
      prepare();
      for (RunStage stage : RunStages.with(request)) {
        if (stage.stage() == Stage.STAGE_RELEASE) {
          stages.released(releases.decide());
        }
        stages.run(stage);
        if (stage.stage() == Stage.STAGE_EVALUATE) {
          // Before an approval is asked for, whose report shows them.
          new EvaluationFindings(request, tracker, faults).find();
        }
      }
      releases.finish();
      tracker.succeed();
      records.writeLast();
      return tracker.snapshot();
    } catch (TemporalFailure thrown) {
      if (Failures.isCancellation(thrown)) {
        tracker.cancel();
        records.writeEnd();
        throw thrown;
      }
      Failure failure = Failures.fromThrowable(thrown);
      tracker.fail(failure);
      records.writeEnd();
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

  @Override
  public Run setBudget(SetRunBudgetRequest asked) {
    pauses.setBudget(asked);
    return tracker.snapshot();
  }

  @Override
  public void checkSetBudget(SetRunBudgetRequest asked) {
    pauses.check(asked);
  }

  @Override
  public Run approve(ApprovalAnswer answer) {
    approvals.approve(answer);
    return tracker.snapshot();
  }

  @Override
  public void checkApprove(ApprovalAnswer answer) {
    approvals.check(answer);
  }

  @Override
  public Run reject(ApprovalAnswer answer) {
    approvals.reject(answer);
    return tracker.snapshot();
  }

  @Override
  public void checkReject(ApprovalAnswer answer) {
    approvals.check(answer);
  }

  /** Checks that refuse a run before any work is paid for. */
  private void prepare() {
    if (spec.getJudge().hasPrompts()) {
      faults.run(
          () ->
              promptActivities.snapshotPrompts(
                  SnapshotPromptsRequest.newBuilder()
                      .setRun(
                          RunContext.newBuilder()
                              .setRunId(request.getRunId())
                              .setStoreUri(request.getStoreUri())
                              .setSpec(spec))
                      .build()));
    }
    // A model of the hub must also be downloaded before its tokenizer can count.
    boolean counts =
        spec.getCuration().getSelect().hasMaxTokens()
            && spec.getStudent().getModel().startsWith("hf://");
    if (RunStages.trains(spec) || counts) {
      stages.student(this::inspectStudent);
    }
    if (spec.getModelsCount() > 0) {
      stages.models(this::inspectModels);
    }
    ResourceSpec resources = spec.getResources();
    if ((RunStages.trains(spec) || spec.getModelsCount() > 0)
        && !request.getRescores()
        && resources.getGpus() > 0
        && !resources.getAllowAutoscaling()
        && Workflow.getVersion(RESOURCE_CHECK, Workflow.DEFAULT_VERSION, 1) == 1) {
      faults.run(this::checkResources);
    }
  }

  /**
   * Checks the cluster. If all slots of the queue are taken, the check times out, and training
   * reports missing resources instead.
   */
  private void checkResources() {
    try {
      Workflow.newActivityStub(ResourceActivities.class, StageOptions.resourceCheck(spec))
          .checkResources(spec.getResources());
    } catch (ActivityFailure thrown) {
      boolean lacking =
          Failures.fromThrowable(thrown).getCategory() == FailureCategory.FAILURE_CATEGORY_RESOURCE;
      if (lacking || Failures.isCancellation(thrown)) {
        throw thrown;
      }
    }
  }

  private ArtifactRef inspectStudent() {
    InspectStudentRequest.Builder asked =
        InspectStudentRequest.newBuilder().setModelUri(student).setStoreUri(request.getStoreUri());
    if (RunStages.trains(spec) && !checked) {
      asked
          .setTemplate(TrainerJobs.template(spec))
          .setMaxNewTokens(TrainerJobs.longestAnswer(spec.getEvaluation()))
          .setMaxTruncatedRatio(spec.getSft().getMaxTruncatedRatio())
          .addAllSources(spec.getData().getTrainList());
    }
    InspectStudentResponse inspected = ingestActivities.inspectStudent(asked.build());
    checked = true;
    tracker.warn(inspected.getWarningsList());
    if (!inspected.getPinnedUri().isEmpty()) {
      student = inspected.getPinnedUri();
      stages.fetched(inspected.getModel());
    }
    return inspected.getModel();
  }

  /** Each is inspected as it was pinned the first time. */
  private List<EvaluatedModel> inspectModels() {
    List<EvaluatedModel> inspected = new ArrayList<>();
    for (int index = 0; index < spec.getModelsCount(); index++) {
      ModelSpec model = spec.getModels(index);
      if (model.hasEndpoint()) {
        inspected.add(
            EvaluatedModel.newBuilder()
                .setName(model.getName())
                .setEndpoint(model.getEndpoint())
                .build());
        continue;
      }
      InspectStudentResponse found =
          ingestActivities.inspectStudent(
              InspectStudentRequest.newBuilder()
                  .setModelUri(pinnedModels.getOrDefault(model.getName(), model.getModel()))
                  .setStoreUri(request.getStoreUri())
                  .setField("models[" + index + "].model")
                  .build());
      if (!found.getPinnedUri().isEmpty()) {
        pinnedModels.put(model.getName(), found.getPinnedUri());
      }
      inspected.add(
          EvaluatedModel.newBuilder()
              .setName(model.getName())
              .setModel(model.getModel())
              .setPinnedUri(found.getPinnedUri())
              .setModelUri(found.getModelUri())
              .setSha256(found.getModel().getSha256())
              .setContentSha256(found.getContentSha256())
              .build());
    }
    return inspected;
  }
}
