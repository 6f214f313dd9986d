package io.retort.cli;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.retort.stack.LocalStack;
import io.retort.stack.Repository;
import io.retort.stack.StackState;
import io.retort.v1.AccessServiceGrpc;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CompareRunsRequest;
import io.retort.v1.CompareRunsResponse;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.GetLineageRequest;
import io.retort.v1.GetRunRequest;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.Lineage;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.Plan;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.StoreServiceGrpc;
import io.retort.v1.SubscriptionServiceGrpc;
import io.retort.v1.SweepStoreRequest;
import io.retort.v1.SweepStoreResponse;
import io.retort.v1.SweepTotals;
import io.retort.v1.SweptItem;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Calls the control plane at {@code RETORT_CONTROL_ADDRESS}, by default that of {@code retort
 * login} or of the local stack.
 */
final class ControlClient implements AutoCloseable {
  private static final long CALL_SECONDS = 30;

  /**
   * In bytes; a page of runs contains the spec of each run, for which gRPC's default of 4 MiB is
   * too small.
   */
  private static final int LARGEST_ANSWER = 64 << 20;

  private final ManagedChannel channel;
  private final RunServiceGrpc.RunServiceBlockingStub runs;
  private final StoreServiceGrpc.StoreServiceBlockingStub stores;
  private final ModelServiceGrpc.ModelServiceBlockingStub models;
  private final AccessServiceGrpc.AccessServiceBlockingStub access;
  private final LaneServiceGrpc.LaneServiceBlockingStub lanes;
  private final SubscriptionServiceGrpc.SubscriptionServiceBlockingStub subscriptions;

  private ControlClient(ControlTarget target) {
    channel = target.open(LARGEST_ANSWER);
    runs = RunServiceGrpc.newBlockingStub(channel);
    stores = StoreServiceGrpc.newBlockingStub(channel);
    models = ModelServiceGrpc.newBlockingStub(channel);
    access = AccessServiceGrpc.newBlockingStub(channel);
    lanes = LaneServiceGrpc.newBlockingStub(channel);
    subscriptions = SubscriptionServiceGrpc.newBlockingStub(channel);
  }

  /**
   * @throws CommandException if no address is set or saved and no local stack is running
   */
  static ControlClient open(Map<String, String> environment) {
    return open(
        ControlTarget.of(
            environment,
            () ->
                new LocalStack(Repository.path(), environment)
                    .running()
                    .map(StackState::controlAddress)));
  }

  static ControlClient open(ControlTarget target) {
    return new ControlClient(target);
  }

  Run create(CreateRunRequest request) {
    return bounded().createRun(request).getRun();
  }

  /** What the run would do; starts nothing. */
  Plan plan(CreateRunRequest request) {
    return bounded().createRun(request.toBuilder().setValidateOnly(true).build()).getPlan();
  }

  Plan plan(RetrainRunRequest request) {
    return bounded().retrainRun(request.toBuilder().setValidateOnly(true).build()).getPlan();
  }

  Lineage lineage(String runId) {
    return bounded()
        .getLineage(GetLineageRequest.newBuilder().setRunId(runId).build())
        .getLineage();
  }

  Run get(String runId) {
    return bounded().getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }

  ListRunsResponse list(ListRunsRequest request) {
    return bounded().listRuns(request);
  }

  Run cancel(String runId, String reason) {
    return bounded()
        .cancelRun(CancelRunRequest.newBuilder().setRunId(runId).setReason(reason).build())
        .getRun();
  }

  Run pause(String runId, String reason) {
    return bounded()
        .pauseRun(PauseRunRequest.newBuilder().setRunId(runId).setReason(reason).build())
        .getRun();
  }

  Run resume(ResumeRunRequest request) {
    return bounded().resumeRun(request).getRun();
  }

  Run approve(ApproveRunRequest request) {
    return bounded().approveRun(request).getRun();
  }

  Run reject(RejectRunRequest request) {
    return bounded().rejectRun(request).getRun();
  }

  Run retrain(RetrainRunRequest request) {
    return bounded().retrainRun(request).getRun();
  }

  CompareRunsResponse compare(List<String> runIds) {
    return bounded().compareRuns(CompareRunsRequest.newBuilder().addAllRunIds(runIds).build());
  }

  /** Hands each change of the run to {@code consumer} until it is terminal; returns it then. */
  Run watch(String runId, Consumer<Run> consumer) {
    Context.CancellableContext context = Context.current().withCancellation();
    try {
      return context.call(() -> drain(runId, consumer));
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      context.close();
    }
  }

  /** Passes each item to {@code consumer}; the duration depends on the size of the store. */
  SweepTotals sweep(SweepStoreRequest request, Consumer<SweptItem> consumer) {
    SweepTotals totals = SweepTotals.getDefaultInstance();
    Iterator<SweepStoreResponse> responses = stores.sweepStore(request);
    while (responses.hasNext()) {
      SweepStoreResponse response = responses.next();
      if (response.hasItem()) {
        consumer.accept(response.getItem());
      } else {
        totals = response.getTotals();
      }
    }
    return totals;
  }

  /** Calls about runs; each of them has a deadline. */
  RunServiceGrpc.RunServiceBlockingStub runs() {
    return bounded();
  }

  /** Streams about runs, which may last for days. */
  RunServiceGrpc.RunServiceBlockingStub runStreams() {
    return runs;
  }

  /** The model registry; each of its calls has a deadline. */
  ModelServiceGrpc.ModelServiceBlockingStub models() {
    return models.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** Tokens and the audit log; each of its calls has a deadline. */
  AccessServiceGrpc.AccessServiceBlockingStub access() {
    return access.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** The lanes; each call has a deadline. */
  LaneServiceGrpc.LaneServiceBlockingStub lanes() {
    return lanes.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  /** Of one call. */
  SubscriptionServiceGrpc.SubscriptionServiceBlockingStub subscriptions() {
    return subscriptions.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private Run drain(String runId, Consumer<Run> consumer) {
    Iterator<WatchRunResponse> changes =
        runs.watchRun(WatchRunRequest.newBuilder().setRunId(runId).build());
    Run last = Run.getDefaultInstance();
    while (changes.hasNext()) {
      WatchRunResponse change = changes.next();
      if (change.hasRun()) {
        last = change.getRun();
        consumer.accept(last);
      }
    }
    return last;
  }

  private RunServiceGrpc.RunServiceBlockingStub bounded() {
    return runs.withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
  }
}
