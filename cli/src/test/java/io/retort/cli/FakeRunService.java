package io.retort.cli;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.retort.v1.ApprovalState;
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
import io.retort.v1.GetLineageRequest;
import io.retort.v1.GetLineageResponse;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunLogsResponse;
import io.retort.v1.GetRunRequest;
import io.retort.v1.GetRunResponse;
import io.retort.v1.Lineage;
import io.retort.v1.LineageVersion;
import io.retort.v1.ListRunLogsRequest;
import io.retort.v1.ListRunLogsResponse;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.Pause;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.PauseRunResponse;
import io.retort.v1.Plan;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.RejectRunResponse;
import io.retort.v1.RelatedRun;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.ResumeRunResponse;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetrainRunResponse;
import io.retort.v1.RetryRunRequest;
import io.retort.v1.RetryRunResponse;
import io.retort.v1.Run;
import io.retort.v1.RunLog;
import io.retort.v1.RunPhase;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.SetRunBudgetResponse;
import io.retort.v1.Stage;
import io.retort.v1.StageOrigin;
import io.retort.v1.StageReuse;
import io.retort.v1.UpdateRunRequest;
import io.retort.v1.UpdateRunResponse;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A control plane with one run, which plays the changes that the test sets. */
final class FakeRunService extends RunServiceGrpc.RunServiceImplBase implements AutoCloseable {
  static final String RUN_ID = "demo-20260101-aaaaaa";

  final List<CreateRunRequest> created = new CopyOnWriteArrayList<>();
  final List<RetrainRunRequest> retrained = new CopyOnWriteArrayList<>();
  final List<CancelRunRequest> cancelled = new CopyOnWriteArrayList<>();
  final List<PauseRunRequest> paused = new CopyOnWriteArrayList<>();
  final List<ResumeRunRequest> resumed = new CopyOnWriteArrayList<>();
  final List<ApproveRunRequest> approved = new CopyOnWriteArrayList<>();
  final List<RejectRunRequest> rejected = new CopyOnWriteArrayList<>();
  final List<ListRunsRequest> listed = new CopyOnWriteArrayList<>();
  final List<UpdateRunRequest> updated = new CopyOnWriteArrayList<>();
  final List<GetRunLogsRequest> read = new CopyOnWriteArrayList<>();
  volatile Run run = Run.newBuilder().setRunId(RUN_ID).setPhase(RunPhase.RUN_PHASE_RUNNING).build();
  volatile List<Run> changes = List.of();

  /** Requests for a plan of a new run, and the answer to every request for a plan. */
  final List<CreateRunRequest> planned = new CopyOnWriteArrayList<>();

  volatile Plan plan = Plan.getDefaultInstance();

  /** Runs beside {@link #run}, by id. */
  volatile Map<String, Run> others = Map.of();

  /** Whether a watch ends after the changes; otherwise it stays open. */
  volatile boolean ends = true;

  /** Whether the stream of a log breaks after its first chunk. */
  volatile boolean losesConnections;

  private final Server server;
  private final int port;

  final FakeStoreService store = new FakeStoreService();
  final FakeModelService models = new FakeModelService();

  FakeRunService() throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(this)
            .addService(store)
            .addService(models)
            .build()
            .start();
    port = server.getPort();
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void createRun(CreateRunRequest request, StreamObserver<CreateRunResponse> observer) {
    if (request.getValidateOnly()) {
      planned.add(request);
      answer(observer, CreateRunResponse.newBuilder().setPlan(plan).build());
      return;
    }
    created.add(request);
    if (request.getSpec().getSeed() == 13) {
      observer.onError(
          StatusProto.toStatusRuntimeException(
              com.google.rpc.Status.newBuilder()
                  .setCode(Status.Code.INVALID_ARGUMENT.value())
                  .addDetails(
                      com.google.protobuf.Any.pack(
                          BadRequest.newBuilder()
                              .addFieldViolations(violation("seed", "13 (expected: luck)"))
                              .addFieldViolations(violation("team", "missing (expected: one)"))
                              .build()))
                  .build()));
      return;
    }
    answer(observer, CreateRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void getRun(GetRunRequest request, StreamObserver<GetRunResponse> observer) {
    Run other = others.get(request.getRunId());
    if (other != null) {
      answer(observer, GetRunResponse.newBuilder().setRun(other).build());
      return;
    }
    if (!request.getRunId().equals(RUN_ID)) {
      observer.onError(
          Status.NOT_FOUND
              .withDescription("run: " + request.getRunId() + " (expected: the id of a run)")
              .asRuntimeException());
      return;
    }
    answer(observer, GetRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void listRuns(ListRunsRequest request, StreamObserver<ListRunsResponse> observer) {
    listed.add(request);
    answer(observer, ListRunsResponse.newBuilder().addRuns(run).build());
  }

  @Override
  public void watchRun(WatchRunRequest request, StreamObserver<WatchRunResponse> observer) {
    for (Run change : changes) {
      observer.onNext(WatchRunResponse.newBuilder().setRun(change).build());
    }
    if (ends) {
      observer.onCompleted();
    }
  }

  @Override
  public void watchRuns(WatchRunsRequest request, StreamObserver<WatchRunsResponse> observer) {
    observer.onNext(WatchRunsResponse.newBuilder().setResync(true).build());
    observer.onNext(WatchRunsResponse.newBuilder().addRuns(run).setRevision(7).build());
    observer.onNext(WatchRunsResponse.newBuilder().setHeartbeat(true).setRevision(7).build());
    observer.onNext(
        WatchRunsResponse.newBuilder().addRemoved(run.getRunId()).setRevision(8).build());
    observer.onCompleted();
  }

  @Override
  public void updateRun(UpdateRunRequest request, StreamObserver<UpdateRunResponse> observer) {
    updated.add(request);
    answer(
        observer,
        UpdateRunResponse.newBuilder()
            .setRun(run.toBuilder().putAllLabels(request.getLabelsMap()))
            .build());
  }

  @Override
  public void setRunBudget(
      SetRunBudgetRequest request, StreamObserver<SetRunBudgetResponse> observer) {
    answer(
        observer,
        SetRunBudgetResponse.newBuilder()
            .setRun(run.toBuilder().setBudget(request.getBudget()).setSpent(1.5))
            .build());
  }

  @Override
  public void retryRun(RetryRunRequest request, StreamObserver<RetryRunResponse> observer) {
    answer(observer, RetryRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void deleteRun(DeleteRunRequest request, StreamObserver<DeleteRunResponse> observer) {
    answer(observer, DeleteRunResponse.newBuilder().setRunId(request.getRunId()).build());
  }

  @Override
  public void listRunLogs(
      ListRunLogsRequest request, StreamObserver<ListRunLogsResponse> observer) {
    answer(
        observer,
        ListRunLogsResponse.newBuilder()
            .addLogs(RunLog.newBuilder().setName("run").setBytes(9))
            .addLogs(attempt(1).setComplete(true))
            .addLogs(attempt(2))
            .addLogs(attempt(2).setName("sft/2/rank-0").setRank(0))
            .addLogs(attempt(2).setName("sft/2/rank-1").setRank(1))
            .build());
  }

  private static RunLog.Builder attempt(int number) {
    return RunLog.newBuilder()
        .setName("sft/" + number)
        .setStage(Stage.STAGE_SFT)
        .setJob("sft")
        .setAttempt(number)
        .setBytes(5);
  }

  /** The first chunk ends within a character. */
  @Override
  public void getRunLogs(GetRunLogsRequest request, StreamObserver<GetRunLogsResponse> observer) {
    read.add(request);
    ByteString text = ByteString.copyFromUtf8("\u001b[2Jloss \u00e4\n");
    int within = text.size() - 2;
    if (request.getOffset() < within) {
      observer.onNext(
          GetRunLogsResponse.newBuilder()
              .setData(text.substring((int) request.getOffset(), within))
              .build());
      if (losesConnections) {
        observer.onError(Status.UNAVAILABLE.withDescription("going away").asRuntimeException());
        return;
      }
    }
    observer.onNext(GetRunLogsResponse.newBuilder().setData(text.substring(within)).build());
    observer.onCompleted();
  }

  @Override
  public void cancelRun(CancelRunRequest request, StreamObserver<CancelRunResponse> observer) {
    cancelled.add(request);
    answer(observer, CancelRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void pauseRun(PauseRunRequest request, StreamObserver<PauseRunResponse> observer) {
    paused.add(request);
    Pause pause = Pause.newBuilder().setMessage("because " + request.getReason()).build();
    Run standing = run.toBuilder().setPhase(RunPhase.RUN_PHASE_PAUSED).setPause(pause).build();
    answer(observer, PauseRunResponse.newBuilder().setRun(standing).build());
  }

  @Override
  public void resumeRun(ResumeRunRequest request, StreamObserver<ResumeRunResponse> observer) {
    resumed.add(request);
    answer(observer, ResumeRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void approveRun(ApproveRunRequest request, StreamObserver<ApproveRunResponse> observer) {
    approved.add(request);
    answer(
        observer,
        ApproveRunResponse.newBuilder()
            .setRun(decided(ApprovalState.APPROVAL_STATE_APPROVED, request.getActor()))
            .build());
  }

  @Override
  public void rejectRun(RejectRunRequest request, StreamObserver<RejectRunResponse> observer) {
    rejected.add(request);
    answer(
        observer,
        RejectRunResponse.newBuilder()
            .setRun(decided(ApprovalState.APPROVAL_STATE_REJECTED, request.getActor()))
            .build());
  }

  private Run decided(ApprovalState state, String actor) {
    Run.Builder decided = run.toBuilder();
    decided
        .getSummaryBuilder()
        .getReleaseBuilder()
        .getApprovalBuilder()
        .setState(state)
        .setActor(actor);
    return decided.build();
  }

  @Override
  public void retrainRun(RetrainRunRequest request, StreamObserver<RetrainRunResponse> observer) {
    if (request.getValidateOnly()) {
      answer(observer, RetrainRunResponse.newBuilder().setPlan(plan).build());
      return;
    }
    retrained.add(request);
    answer(observer, RetrainRunResponse.newBuilder().setRun(run).build());
  }

  @Override
  public void getLineage(GetLineageRequest request, StreamObserver<GetLineageResponse> observer) {
    answer(
        observer,
        GetLineageResponse.newBuilder()
            .setLineage(
                Lineage.newBuilder()
                    .setRunId(request.getRunId())
                    .addOrigins(RelatedRun.newBuilder().setRunId("first-1"))
                    .addVersions(
                        LineageVersion.newBuilder()
                            .setModel("demo")
                            .setVersion(3)
                            .addAliases("best")
                            .setPublishedByRunId("first-1"))
                    .addStages(
                        StageOrigin.newBuilder()
                            .setStage(Stage.STAGE_SFT)
                            .setReuse(StageReuse.STAGE_REUSE_HIT)
                            .setMadeByRunId("first-1")))
            .build());
  }

  @Override
  public void compareRuns(
      CompareRunsRequest request, StreamObserver<CompareRunsResponse> observer) {
    answer(
        observer,
        CompareRunsResponse.newBuilder()
            .setReportUri("file:///store/comparisons/1/index.html")
            .setHtml(
                ByteString.copyFromUtf8(
                    "<p>" + String.join(", ", request.getRunIdsList()) + "</p>"))
            .build());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static BadRequest.FieldViolation violation(String field, String description) {
    return BadRequest.FieldViolation.newBuilder()
        .setField(field)
        .setDescription(description)
        .build();
  }

  private static <T> void answer(StreamObserver<T> observer, T response) {
    observer.onNext(response);
    observer.onCompleted();
  }
}
