package io.retort.control;

import io.grpc.Status;
import io.retort.spec.SpecException;
import io.retort.v1.FailureCategory;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetryRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import io.retort.v1.StageReuse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Goes on with runs that have stopped. */
final class RunRetrier {
  private final RunReader reader;
  private final RunPauser pauser;
  private final RunLauncher launcher;

  RunRetrier(RunReader reader, RunPauser pauser, RunLauncher launcher) {
    this.reader = reader;
    this.pauser = pauser;
    this.launcher = launcher;
  }

  /**
   * Resumes a paused run, and starts a run with the same spec for one that failed or was cancelled.
   * Fails with FAILED_PRECONDITION for any other.
   */
  CompletableFuture<Run> retry(RetryRunRequest request) {
    Run run = reader.get(request.getRunId());
    return switch (run.getPhase()) {
      case RUN_PHASE_PAUSED ->
          pauser.resume(ResumeRunRequest.newBuilder().setRunId(run.getRunId()).build());
      case RUN_PHASE_FAILED, RUN_PHASE_CANCELLED ->
          CompletableFuture.completedFuture(again(run, request));
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_AWAITING_APPROVAL,
          RUN_PHASE_SUCCEEDED,
          UNRECOGNIZED ->
          throw ApiErrors.failure(
              Status.Code.FAILED_PRECONDITION,
              FailureCategory.FAILURE_CATEGORY_USER,
              "NOT_STOPPED",
              "run "
                  + run.getRunId()
                  + ": "
                  + Phases.label(run.getPhase())
                  + " (expected: PAUSED, FAILED or CANCELLED; for another run with the same spec:"
                  + " retort runs retrain)",
              null);
    };
  }

  /** Of the stages that were asked to run again, those that did not. */
  private static List<Stage> unfinished(Run run) {
    List<Stage> stages = new ArrayList<>(run.getFreshStagesList());
    run.getStagesList().stream()
        .filter(
            stage ->
                stage.getPhase() == RunPhase.RUN_PHASE_SUCCEEDED
                    && stage.getReuse() == StageReuse.STAGE_REUSE_RUN)
        .forEach(stage -> stages.remove(stage.getStage()));
    return stages;
  }

  private Run again(Run run, RetryRunRequest request) {
    try {
      return launcher.launch(
          new RunLaunch(
              reader.askedSpec(run.getRunId()),
              request.getRequestId(),
              // Rescoring grades the answers of the origin.
              run.getRescores() ? run.getOriginRunId() : run.getRunId(),
              unfinished(run),
              run.getRescores(),
              run.getLane().getLane(),
              RunTags.retrained(Optional.of(run), Map.of(), run.getNote()),
              SentRequest.of(request)));
    } catch (SpecException e) {
      // The rules have become stricter since the run was accepted.
      throw ApiErrors.invalid(e);
    }
  }
}
