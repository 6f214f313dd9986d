package io.retort.control;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.failure.Failures;
import io.retort.run.RunPhases;
import io.retort.run.RunWorkflow;
import io.retort.run.RunWorkflowV1;
import io.retort.store.CorruptArtifactException;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.LanePlace;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a run from three sources: its workflow while it runs, its record in the store after it has
 * ended, and Temporal's description if neither is available.
 */
final class RunReader {
  private static final Logger LOG = LoggerFactory.getLogger(RunReader.class);
  private static final String GET_RUN = "getRun";

  /** Key of the lane in a run's memo. */
  static final String LANE = "retort_lane";

  /** Of the memo: digest of the request that launched the run; runs from before it have none. */
  static final String REQUEST = "retort_request";

  private final Workflows workflows;
  private final LiveProgress liveProgress;
  private final RecordedRuns runs;
  private final RunView view;

  RunReader(Workflows workflows, LiveProgress liveProgress, RecordedRuns runs, RunView view) {
    this.workflows = workflows;
    this.liveProgress = liveProgress;
    this.runs = runs;
    this.view = view;
  }

  /**
   * A run as the API shows it. Throws NOT_FOUND, also for a deleted run, or the error of {@link
   * TemporalErrors} for a refusal.
   */
  Run get(String runId) {
    return view.shown(read(runId));
  }

  /** A run that a workflow has answered, as the API shows it. */
  Run shown(Run run) {
    return view.shown(run);
  }

  boolean isDeleted(String runId) {
    return view.isDeleted(runId);
  }

  private Run read(String runId) {
    if (!RunIds.isValid(runId)) {
      throw ApiErrors.notFound(runId);
    }
    Optional<DescribeWorkflowExecutionResponse> description = workflows.describe(runId);
    if (description.isEmpty()) {
      // Temporal deletes a run after its retention period; the store does not.
      return recorded(runId).map(RunReader::forgotten).orElseThrow(() -> ApiErrors.notFound(runId));
    }
    WorkflowExecutionInfo info = description.get().getWorkflowExecutionInfo();
    if (!isRun(info)) {
      throw ApiErrors.notFound(runId);
    }
    Optional<RunPhase> closed = RunPhases.ofClosed(info.getStatus());
    return closed.isPresent()
        ? ended(runId, info, closed.get())
        : liveProgress.merge(
            workflows.query(runId, GET_RUN, Run.class).orElseGet(() -> described(info)),
            description.get());
  }

  /**
   * Throws NOT_FOUND if the run does not exist and FAILED_PRECONDITION if it has ended. Needs no
   * worker.
   */
  void checkLive(String runId) {
    if (!RunIds.isValid(runId)) {
      throw ApiErrors.notFound(runId);
    }
    Optional<WorkflowExecutionInfo> info =
        workflows.describe(runId).map(DescribeWorkflowExecutionResponse::getWorkflowExecutionInfo);
    if (info.isPresent() && !isRun(info.get())) {
      throw ApiErrors.notFound(runId);
    }
    if (info.isEmpty() || RunPhases.ofClosed(info.get().getStatus()).isPresent()) {
      throw ApiErrors.terminal(runId, Phases.label(get(runId).getPhase()));
    }
  }

  /** The spec as submitted, if it is still known; otherwise the one with defaults. */
  RunSpec askedSpec(String runId) {
    if (!RunIds.isValid(runId) || isDeleted(runId)) {
      throw ApiErrors.notFound(runId);
    }
    return workflows
        .describe(runId)
        .map(DescribeWorkflowExecutionResponse::getWorkflowExecutionInfo)
        .filter(RunReader::isRun)
        .flatMap(info -> RunMemo.of(info, workflows))
        .map(RunMemo::asked)
        .or(() -> recordedAsked(runId))
        .orElseGet(() -> get(runId).getSpec());
  }

  /** The same; empty for a run that neither Temporal nor the store has. */
  Optional<RunSpec> knownSpec(String runId) {
    return find(runId).map(run -> askedSpec(runId));
  }

  /** Like {@link #get}; empty for a run that neither Temporal nor the store has. */
  Optional<Run> find(String runId) {
    try {
      return Optional.of(get(runId));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The submitted spec in the store. */
  Optional<RunSpec> recordedAsked(String runId) {
    try {
      return runs.asked(runId);
    } catch (IOException e) {
      throw ApiErrors.store("read the spec of run " + runId, e);
    }
  }

  /**
   * A run from Temporal's description, which is always up to date; empty if Temporal does not have
   * it.
   */
  Optional<Run> known(String runId) {
    return workflows
        .describe(runId)
        .map(DescribeWorkflowExecutionResponse::getWorkflowExecutionInfo)
        .filter(RunReader::isRun)
        .map(this::described);
  }

  /** A run that Temporal no longer has is not running, whatever its record says. */
  static Run forgotten(Run recorded) {
    if (RunPhases.isTerminal(recorded.getPhase())) {
      return recorded;
    }
    Run.Builder run =
        recorded.toBuilder()
            .clearPause()
            .setPhase(RunPhase.RUN_PHASE_FAILED)
            .setFailure(
                platform(
                    "FORGOTTEN",
                    "Temporal no longer has the run; it was last recorded as "
                        + Phases.label(recorded.getPhase())
                        + " (retrain it: finished stages are reused)"));
    for (StageProgress.Builder stage : run.getStagesBuilderList()) {
      if (!RunPhases.isTerminal(stage.getPhase())) {
        stage.setPhase(RunPhase.RUN_PHASE_FAILED);
      }
    }
    return run.build();
  }

  /** A run from its workflow's description alone: phase, times and spec, without progress. */
  Run described(WorkflowExecutionInfo info) {
    Run.Builder run =
        Run.newBuilder()
            .setRunId(info.getExecution().getWorkflowId())
            .setPhase(Phases.ofLabel(workflows.searchAttribute(info, "RetortPhase")))
            .setCreatedAt(info.getStartTime());
    RunMemo.of(info, workflows)
        .ifPresent(
            memo ->
                memo.tags().addTo(run).setSpec(memo.filled()).setOriginRunId(memo.originRunId()));
    String lane = workflows.memo(info, LANE);
    if (!lane.isEmpty()) {
      run.setLane(LanePlace.newBuilder().setLane(lane));
    }
    RunPhases.ofClosed(info.getStatus())
        .ifPresent(phase -> run.setPhase(phase).setFinishedAt(info.getCloseTime()));
    Stage stage = Phases.stageOfLabel(workflows.searchAttribute(info, "RetortStage"));
    if (stage != Stage.STAGE_UNSPECIFIED) {
      run.addStages(
          StageProgress.newBuilder().setStage(stage).setPhase(run.getPhase()).setEtaSeconds(-1));
    }
    return run.build();
  }

  private Run ended(String runId, WorkflowExecutionInfo info, RunPhase phase) {
    Optional<Run> recorded = readable(runId).filter(run -> RunPhases.isTerminal(run.getPhase()));
    if (recorded.isPresent()) {
      return recorded.get();
    }
    // The workflow was terminated, or its last record could not be written.
    Run.Builder run =
        workflows.query(runId, GET_RUN, Run.class).orElseGet(() -> described(info)).toBuilder()
            .setPhase(phase)
            .setFinishedAt(info.getCloseTime());
    for (StageProgress.Builder stage : run.getStagesBuilderList()) {
      if (!RunPhases.isTerminal(stage.getPhase())) {
        stage.setPhase(phase).setFinishedAt(info.getCloseTime());
      }
    }
    if (phase == RunPhase.RUN_PHASE_FAILED && !run.hasFailure()) {
      run.setFailure(closingFailure(runId));
    }
    return run.build();
  }

  private Failure closingFailure(String runId) {
    Optional<HistoryEvent> event = workflows.closeEvent(runId);
    if (event.isEmpty()) {
      return platform("UNKNOWN", "the workflow has ended; its last event cannot be read");
    }
    return switch (event.get().getAttributesCase()) {
      case WORKFLOW_EXECUTION_TERMINATED_EVENT_ATTRIBUTES ->
          platform(
              "TERMINATED",
              "terminated in Temporal: "
                  + event.get().getWorkflowExecutionTerminatedEventAttributes().getReason());
      case WORKFLOW_EXECUTION_TIMED_OUT_EVENT_ATTRIBUTES ->
          Failures.of(
              FailureCategory.FAILURE_CATEGORY_TIMEOUT, "WORKFLOW", "the workflow has timed out");
      case WORKFLOW_EXECUTION_FAILED_EVENT_ATTRIBUTES ->
          platform(
              "UNEXPECTED",
              event.get().getWorkflowExecutionFailedEventAttributes().getFailure().getMessage());
      default -> platform("UNKNOWN", "ended by " + event.get().getEventType());
    };
  }

  private static Failure platform(String type, String message) {
    return Failures.of(FailureCategory.FAILURE_CATEGORY_PLATFORM, type, message);
  }

  private Optional<Run> recorded(String runId) {
    try {
      return runs.read(runId);
    } catch (CorruptArtifactException e) {
      throw ApiErrors.failure(
          Status.Code.DATA_LOSS,
          FailureCategory.FAILURE_CATEGORY_PLATFORM,
          "STORE",
          "the record of run "
              + runId
              + " cannot be read: "
              + e.getMessage()
              + " (expected: a run as JSON; restore the object)",
          e);
    } catch (IOException e) {
      throw ApiErrors.store("read the record of run " + runId, e);
    }
  }

  /** Like {@link #recorded}, but without an error if Temporal still knows enough. */
  private Optional<Run> readable(String runId) {
    try {
      return runs.read(runId);
    } catch (CorruptArtifactException e) {
      LOG.warn("the record of run {} cannot be read", runId, e);
      return Optional.empty();
    } catch (IOException e) {
      throw ApiErrors.store("read the record of run " + runId, e);
    }
  }

  private static boolean isRun(WorkflowExecutionInfo info) {
    String type = info.getType().getName();
    return type.equals(RunWorkflow.TYPE) || type.equals(RunWorkflowV1.TYPE);
  }
}
