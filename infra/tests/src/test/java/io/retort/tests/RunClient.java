package io.retort.tests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.FieldMask;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.GetRunRequest;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.Plan;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/** Launches runs and follows them by watching, as the command line does. */
final class RunClient {
  private final RunServiceGrpc.RunServiceBlockingStub stub;

  RunClient(RunServiceGrpc.RunServiceBlockingStub stub) {
    this.stub = stub;
  }

  /**
   * @param fresh stages to run again
   */
  Run create(RunSpec spec, Stage... fresh) {
    return stub.createRun(
            CreateRunRequest.newBuilder().setSpec(spec).addAllFreshStages(List.of(fresh)).build())
        .getRun();
  }

  Run retrain(String runId, RunSpec changes, String... fields) {
    return stub.retrainRun(
            RetrainRunRequest.newBuilder()
                .setRunId(runId)
                .setChanges(changes)
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(fields)))
                .build())
        .getRun();
  }

  /** What {@link #retrain} would do. */
  Plan planRetrain(String runId, RunSpec changes, String... fields) {
    return stub.retrainRun(
            RetrainRunRequest.newBuilder()
                .setRunId(runId)
                .setChanges(changes)
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(fields)))
                .setValidateOnly(true)
                .build())
        .getPlan();
  }

  Run get(String runId) {
    return stub.getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }

  Run cancel(String runId) {
    return stub.cancelRun(CancelRunRequest.newBuilder().setRunId(runId).setReason("test").build())
        .getRun();
  }

  Run pause(String runId, String reason) {
    return stub.pauseRun(PauseRunRequest.newBuilder().setRunId(runId).setReason(reason).build())
        .getRun();
  }

  Run resume(String runId) {
    return stub.resumeRun(ResumeRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }

  Run resume(String runId, double budget) {
    return stub.resumeRun(ResumeRunRequest.newBuilder().setRunId(runId).setBudget(budget).build())
        .getRun();
  }

  /** Waits for the terminal phase. */
  Run finish(Run run) {
    return await(
        run.getRunId(),
        live -> live.getPhase().getNumber() >= RunPhase.RUN_PHASE_SUCCEEDED.getNumber());
  }

  /** Waits until the stage has succeeded, then stops the run; other tests cover later stages. */
  Run finish(Run run, Stage stage) {
    Run reached =
        await(
            run.getRunId(), live -> stage(live, stage).getPhase() == RunPhase.RUN_PHASE_SUCCEEDED);
    cancel(run.getRunId());
    assertThat(finish(run).getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    return reached;
  }

  Run await(String runId, Predicate<Run> condition) {
    try (CancellableContext watching = Context.current().withCancellation()) {
      watching.run(
          () -> {
            Iterator<WatchRunResponse> changes =
                stub.watchRun(WatchRunRequest.newBuilder().setRunId(runId).build());
            while (changes.hasNext()) {
              if (condition.test(changes.next().getRun())) {
                return;
              }
            }
            throw new AssertionError("ended first: " + get(runId));
          });
    }
    return get(runId);
  }

  /**
   * Waits for a run that a filter of lists finds.
   *
   * @param known ids of others
   */
  Run awaitListed(String filter, String... known) {
    try (CancellableContext watching = Context.current().withCancellation()) {
      AtomicReference<Run> found = new AtomicReference<>();
      watching.run(
          () -> {
            Iterator<WatchRunsResponse> changes =
                stub.watchRuns(WatchRunsRequest.newBuilder().setFilter(filter).build());
            while (found.get() == null) {
              changes.next().getRunsList().stream()
                  .filter(run -> !List.of(known).contains(run.getRunId()))
                  .findFirst()
                  .ifPresent(found::set);
            }
          });
      return requireNonNull(found.get());
    }
  }

  /** Stages whose results were reused. */
  static List<Stage> hits(Run run) {
    return run.getStagesList().stream()
        .filter(stage -> stage.getReuse() == StageReuse.STAGE_REUSE_HIT)
        .map(StageProgress::getStage)
        .toList();
  }

  /** The stage's progress, or the default instance if it has not begun. */
  static StageProgress stage(Run run, Stage stage) {
    return run.getStagesList().stream()
        .filter(progress -> progress.getStage() == stage)
        .findFirst()
        .orElse(StageProgress.getDefaultInstance());
  }
}
