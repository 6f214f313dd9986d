package io.retort.control;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.retort.lineage.RunLineage;
import io.retort.plan.RunPlanner;
import io.retort.registry.ModelRegistry;
import io.retort.spec.SpecException;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.ApproveRunResponse;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CancelRunResponse;
import io.retort.v1.CompareRunsRequest;
import io.retort.v1.CompareRunsResponse;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.CreateRunResponse;
import io.retort.v1.DeleteRunRequest;
import io.retort.v1.DeleteRunResponse;
import io.retort.v1.GetCurvesRequest;
import io.retort.v1.GetCurvesResponse;
import io.retort.v1.GetLineageRequest;
import io.retort.v1.GetLineageResponse;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunLogsResponse;
import io.retort.v1.GetRunRequest;
import io.retort.v1.GetRunResponse;
import io.retort.v1.ListRunLogsRequest;
import io.retort.v1.ListRunLogsResponse;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.PauseRunResponse;
import io.retort.v1.Plan;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.RejectRunResponse;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.ResumeRunResponse;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetrainRunResponse;
import io.retort.v1.RetryRunRequest;
import io.retort.v1.RetryRunResponse;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.SetRunBudgetResponse;
import io.retort.v1.UpdateRunRequest;
import io.retort.v1.UpdateRunResponse;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The run API. WatchRun and updates of runs respond asynchronously; all other calls respond on the
 * calling thread.
 */
final class RunServiceImpl extends RunServiceGrpc.RunServiceImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(RunServiceImpl.class);

  private final RunLauncher launcher;
  private final RunReader reader;
  private final RunLister lister;
  private final RunCanceller canceller;
  private final RunPauser pauser;
  private final RunWatches watches;
  private final RunComparer comparer;
  private final RunSteering steering;
  private final RunPlanner planner;
  private final RetrainLaunches retrains;
  private final RunLineage lineage;
  private final RunCurves curves;
  private final LongCalls longCalls = new LongCalls();

  RunServiceImpl(
      RunLauncher launcher,
      RunReader reader,
      RunLister lister,
      RunCanceller canceller,
      RunPauser pauser,
      RunWatches watches,
      RunComparer comparer,
      RunSteering steering,
      RunPlanner planner,
      ModelRegistry models,
      RunLineage lineage,
      RunCurves curves) {
    this.launcher = launcher;
    this.reader = reader;
    this.lister = lister;
    this.canceller = canceller;
    this.pauser = pauser;
    this.watches = watches;
    this.comparer = comparer;
    this.steering = steering;
    this.planner = planner;
    retrains = new RetrainLaunches(reader, models);
    this.lineage = lineage;
    this.curves = curves;
  }

  @Override
  public void createRun(CreateRunRequest request, StreamObserver<CreateRunResponse> observer) {
    answer(
        observer,
        () -> {
          RunLaunch launch =
              new RunLaunch(
                  request.getSpec(),
                  request.getRequestId(),
                  "",
                  request.getFreshStagesList(),
                  false,
                  request.getLane(),
                  RunTags.asked(request.getLabelsMap(), request.getNote()),
                  SentRequest.of(request));
          return request.getValidateOnly()
              ? CreateRunResponse.newBuilder().setPlan(plan(launch)).build()
              : CreateRunResponse.newBuilder().setRun(launcher.launch(launch)).build();
        });
  }

  @Override
  public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> observer) {
    answer(
        observer, () -> GetRunResponse.newBuilder().setRun(reader.get(request.getRunId())).build());
  }

  @Override
  public void getCurves(GetCurvesRequest request, StreamObserver<GetCurvesResponse> observer) {
    answer(observer, () -> curves.get(request.getRunId()));
  }

  @Override
  public void listRuns(ListRunsRequest request, StreamObserver<ListRunsResponse> observer) {
    answer(observer, () -> lister.list(request));
  }

  @Override
  public void watchRun(WatchRunRequest request, StreamObserver<WatchRunResponse> observer) {
    // A run may take days.
    ServiceRequestContext.current().clearRequestTimeout();
    stream(
        observer,
        () -> watches.add(request, (ServerCallStreamObserver<WatchRunResponse>) observer));
  }

  @Override
  public void watchRuns(WatchRunsRequest request, StreamObserver<WatchRunsResponse> observer) {
    ServiceRequestContext.current().clearRequestTimeout();
    stream(
        observer,
        () ->
            steering
                .listWatches()
                .add(request, (ServerCallStreamObserver<WatchRunsResponse>) observer));
  }

  @Override
  public void updateRun(UpdateRunRequest request, StreamObserver<UpdateRunResponse> observer) {
    answer(
        observer,
        () -> UpdateRunResponse.newBuilder().setRun(steering.annotator().update(request)).build());
  }

  @Override
  public void deleteRun(DeleteRunRequest request, StreamObserver<DeleteRunResponse> observer) {
    answer(observer, () -> steering.annotator().delete(request));
  }

  @Override
  public void listRunLogs(
      ListRunLogsRequest request, StreamObserver<ListRunLogsResponse> observer) {
    answer(observer, () -> steering.logs().list(request));
  }

  @Override
  public void getRunLogs(GetRunLogsRequest request, StreamObserver<GetRunLogsResponse> observer) {
    ServiceRequestContext.current().clearRequestTimeout();
    stream(
        observer,
        () ->
            steering.logs().open(request, (ServerCallStreamObserver<GetRunLogsResponse>) observer));
  }

  @Override
  public void setRunBudget(
      SetRunBudgetRequest request, StreamObserver<SetRunBudgetResponse> observer) {
    answerLater(
        observer,
        () -> pauser.setBudget(request),
        run -> SetRunBudgetResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void retryRun(RetryRunRequest request, StreamObserver<RetryRunResponse> observer) {
    answerLater(
        observer,
        () -> steering.retrier().retry(request),
        run -> RetryRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void cancelRun(CancelRunRequest request, StreamObserver<CancelRunResponse> observer) {
    answer(
        observer,
        () ->
            CancelRunResponse.newBuilder()
                .setRun(canceller.cancel(request.getRunId(), request.getReason()))
                .build());
  }

  @Override
  public void pauseRun(PauseRunRequest request, StreamObserver<PauseRunResponse> observer) {
    answerLater(
        observer,
        () -> pauser.pause(request),
        run -> PauseRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void resumeRun(ResumeRunRequest request, StreamObserver<ResumeRunResponse> observer) {
    answerLater(
        observer,
        () -> pauser.resume(request),
        run -> ResumeRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void approveRun(ApproveRunRequest request, StreamObserver<ApproveRunResponse> observer) {
    answerLater(
        observer,
        () -> pauser.approve(request),
        run -> ApproveRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void rejectRun(RejectRunRequest request, StreamObserver<RejectRunResponse> observer) {
    answerLater(
        observer,
        () -> pauser.reject(request),
        run -> RejectRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void retrainRun(RetrainRunRequest request, StreamObserver<RetrainRunResponse> observer) {
    answer(
        observer,
        () -> {
          Optional<Run> earlier =
              request.getValidateOnly()
                  ? Optional.empty()
                  : launcher.repeated(SentRequest.of(request));
          if (earlier.isPresent()) {
            return RetrainRunResponse.newBuilder().setRun(earlier.get()).build();
          }
          RunLaunch launch = retrains.launch(request);
          return request.getValidateOnly()
              ? RetrainRunResponse.newBuilder().setPlan(plan(launch)).build()
              : RetrainRunResponse.newBuilder().setRun(launcher.launch(launch)).build();
        });
  }

  private Plan plan(RunLaunch launch) throws SpecException {
    RunRequest request = launcher.admissible(launch);
    return longCalls.run("plan", () -> planner.plan(request));
  }

  @Override
  public void getLineage(GetLineageRequest request, StreamObserver<GetLineageResponse> observer) {
    answer(
        observer,
        () -> {
          try {
            return GetLineageResponse.newBuilder()
                .setLineage(lineage.of(reader.get(request.getRunId())))
                .build();
          } catch (IOException e) {
            throw ApiErrors.store("read the model registry", e);
          }
        });
  }

  @Override
  public void compareRuns(
      CompareRunsRequest request, StreamObserver<CompareRunsResponse> observer) {
    answer(observer, () -> longCalls.run("compare runs", () -> comparer.compare(request)));
  }

  private static <T> void answer(StreamObserver<T> observer, Call<T> call) {
    T response;
    try {
      response = call.run();
    } catch (SpecException e) {
      observer.onError(ApiErrors.invalid(e));
      return;
    } catch (RuntimeException e) {
      observer.onError(error(e));
      return;
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  /** Opens a stream, which may be refused. */
  private static <T> void stream(StreamObserver<T> observer, Runnable opening) {
    try {
      opening.run();
    } catch (RuntimeException e) {
      observer.onError(error(e));
    }
  }

  /** Responds asynchronously, so that the thread is free while the run changes. */
  private static <T> void answerLater(
      StreamObserver<T> observer,
      Supplier<CompletableFuture<Run>> change,
      Function<Run, T> response) {
    CompletableFuture<Run> changed;
    try {
      changed = change.get();
    } catch (RuntimeException e) {
      observer.onError(error(e));
      return;
    }
    CompletableFuture<Run> ignored =
        changed.whenComplete(
            (run, thrown) -> {
              if (thrown == null) {
                observer.onNext(response.apply(run));
                observer.onCompleted();
              } else {
                observer.onError(
                    error(
                        thrown instanceof CompletionException && thrown.getCause() != null
                            ? thrown.getCause()
                            : thrown));
              }
            });
  }

  private static StatusRuntimeException error(Throwable thrown) {
    if (thrown instanceof StatusRuntimeException status) {
      return status;
    }
    LOG.error("a call failed", thrown);
    return Status.INTERNAL
        .withDescription("the control plane failed; its log says why")
        .withCause(thrown)
        .asRuntimeException();
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws SpecException;
  }
}
