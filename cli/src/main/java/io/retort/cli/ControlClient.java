package io.retort.cli;

import io.retort.client.RetortClient;
import io.retort.client.RunLogStream;
import io.retort.client.Watch;
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
import io.retort.v1.GetRunLogsRequest;
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
import io.retort.v1.SubscriptionServiceGrpc;
import io.retort.v1.SweepStoreRequest;
import io.retort.v1.SweepStoreResponse;
import io.retort.v1.SweepTotals;
import io.retort.v1.SweptItem;
import io.retort.v1.TriggerServiceGrpc;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Calls the control plane at {@code RETORT_CONTROL_ADDRESS}, by default that of {@code retort
 * login} or of the local stack.
 */
final class ControlClient implements AutoCloseable {
  private final RetortClient client;

  private ControlClient(ControlTarget target) {
    client = target.open();
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
    return runs().createRun(request).getRun();
  }

  /** What the run would do; starts nothing. */
  Plan plan(CreateRunRequest request) {
    return runs().createRun(request.toBuilder().setValidateOnly(true).build()).getPlan();
  }

  Plan plan(RetrainRunRequest request) {
    return runs().retrainRun(request.toBuilder().setValidateOnly(true).build()).getPlan();
  }

  Lineage lineage(String runId) {
    return runs().getLineage(GetLineageRequest.newBuilder().setRunId(runId).build()).getLineage();
  }

  Run get(String runId) {
    return runs().getRun(GetRunRequest.newBuilder().setRunId(runId).build()).getRun();
  }

  ListRunsResponse list(ListRunsRequest request) {
    return runs().listRuns(request);
  }

  Run cancel(String runId, String reason) {
    return runs()
        .cancelRun(CancelRunRequest.newBuilder().setRunId(runId).setReason(reason).build())
        .getRun();
  }

  Run pause(String runId, String reason) {
    return runs()
        .pauseRun(PauseRunRequest.newBuilder().setRunId(runId).setReason(reason).build())
        .getRun();
  }

  Run resume(ResumeRunRequest request) {
    return runs().resumeRun(request).getRun();
  }

  Run approve(ApproveRunRequest request) {
    return runs().approveRun(request).getRun();
  }

  Run reject(RejectRunRequest request) {
    return runs().rejectRun(request).getRun();
  }

  Run retrain(RetrainRunRequest request) {
    return runs().retrainRun(request).getRun();
  }

  CompareRunsResponse compare(List<String> runIds) {
    return runs().compareRuns(CompareRunsRequest.newBuilder().addAllRunIds(runIds).build());
  }

  /** The run whenever it changes, until it has ended. */
  Watch<Run> watch(String runId) {
    return client.watch(runId);
  }

  /** Changes of the runs that match; does not end by itself. */
  Watch<WatchRunsResponse> watchRuns(String filter) {
    return client.watchRuns(WatchRunsRequest.newBuilder().setFilter(filter).build());
  }

  /** A log of a run; goes on after a lost connection. */
  RunLogStream logs(GetRunLogsRequest request) {
    return client.logs(request);
  }

  /** Passes each item to {@code consumer}; the duration depends on the size of the store. */
  SweepTotals sweep(SweepStoreRequest request, Consumer<SweptItem> consumer) {
    SweepTotals totals = SweepTotals.getDefaultInstance();
    Iterator<SweepStoreResponse> responses = client.store().sweepStore(request);
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

  /** Calls about runs; like all with one answer, each of them has a deadline. */
  RunServiceGrpc.RunServiceBlockingStub runs() {
    return client.runs();
  }

  ModelServiceGrpc.ModelServiceBlockingStub models() {
    return client.models();
  }

  /** Tokens and the audit log. */
  AccessServiceGrpc.AccessServiceBlockingStub access() {
    return client.access();
  }

  TriggerServiceGrpc.TriggerServiceBlockingStub triggers() {
    return client.triggers();
  }

  LaneServiceGrpc.LaneServiceBlockingStub lanes() {
    return client.lanes();
  }

  SubscriptionServiceGrpc.SubscriptionServiceBlockingStub subscriptions() {
    return client.subscriptions();
  }

  @Override
  public void close() {
    client.close();
  }
}
