package io.retort.cli;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.retort.stack.LocalStack;
import io.retort.stack.Repository;
import io.retort.stack.StackState;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CompareRunsRequest;
import io.retort.v1.CompareRunsResponse;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.GetRunRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.StoreServiceGrpc;
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
 * Calls the control plane at {@code RETORT_CONTROL_ADDRESS}, by default that of the local stack.
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

  private ControlClient(String address) {
    channel =
        ManagedChannelBuilder.forTarget(address)
            .usePlaintext()
            .maxInboundMessageSize(LARGEST_ANSWER)
            .build();
    runs = RunServiceGrpc.newBlockingStub(channel);
    stores = StoreServiceGrpc.newBlockingStub(channel);
    models = ModelServiceGrpc.newBlockingStub(channel);
  }

  /**
   * @throws CommandException if no address is set and no local stack is running
   */
  static ControlClient open(Map<String, String> environment) {
    String address = environment.getOrDefault("RETORT_CONTROL_ADDRESS", "");
    if (!address.isBlank()) {
      return new ControlClient(address);
    }
    return new LocalStack(Repository.path(), environment)
        .running()
        .map(StackState::controlAddress)
        .map(ControlClient::new)
        .orElseThrow(
            () ->
                new CommandException(
                    "no control plane is known (start the local stack with: retort up, or set"
                        + " RETORT_CONTROL_ADDRESS)"));
  }

  Run create(CreateRunRequest request) {
    return bounded().createRun(request).getRun();
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
