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
  private final LaunchRecords launches;

  RunRetrier(RunReader reader, RunPauser pauser, RunLauncher launcher, LaunchRecords launches) {
    this.reader = reader;
    this.pauser = pauser;
    this.launcher = launcher;
    this.launches = launches;
  }

  /**
   * Resumes a paused run, and starts a run with the same spec for one that failed or was cancelled.
   * Fails with FAILED_PRECONDITION for any other. A request with an id that has resumed its run
   * succeeds again, and changes nothing, whatever the run has become since; one that was cut short
   * before that is a new one.
   */
  CompletableFuture<Run> retry(RetryRunRequest request) {
    Run run = reader.get(request.getRunId());
    SentRequest resumption = SentRequest.ofResumption(request);
    if (hasResumed(run, resumption)) {
      return CompletableFuture.completedFuture(run);
    }
    return switch (run.getPhase()) {
      case RUN_PHASE_PAUSED -> resume(run.getRunId(), resumption);
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

  /**
   * The record is kept before the run resumes, so that only the run itself knows what became of a
   * request whose process has died in between.
   */
  private boolean hasResumed(Run run, SentRequest resumption) {
    if (launches.runId(resumption).isEmpty()) {
      return false;
    }
    return launches.hasResumed(resumption)
        || (run.getPhase() != RunPhase.RUN_PHASE_PAUSED
            && pauser.hasResumed(run.getRunId(), updateId(resumption)));
  }

  /**
   * Once for each request with an id. The record comes first: without it a repetition after a cut
   * connection would find a run that is not stopped.
   */
  private CompletableFuture<Run> resume(String runId, SentRequest resumption) {
    if (resumption.recordKey().isEmpty()) {
      return pauser.resume(ResumeRunRequest.newBuilder().setRunId(runId).build());
    }
    String resumed = launches.keep(resumption, runId);
    return pauser
        .resumeOnce(resumed, updateId(resumption))
        .thenApply(
            run -> {
              launches.keepResumed(resumption, resumed);
              return run;
            });
  }

  private static String updateId(SentRequest resumption) {
    return "retry-" + resumption.recordKey();
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
