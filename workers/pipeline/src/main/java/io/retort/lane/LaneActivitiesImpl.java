package io.retort.lane;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.enums.RunPhases;
import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.store.StoredMessages;
import io.retort.v1.EnterLaneRequest;
import io.retort.v1.FindEndedRunsRequest;
import io.retort.v1.FindEndedRunsResponse;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneEntry;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneOutcome;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.worker.TemporalCalls;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Asks Temporal about runs, and the store about those that Temporal has deleted. */
public final class LaneActivitiesImpl implements LaneActivities {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final Store store;
  private final String storeUri;
  private final TemporalCalls temporal;
  private final LaneClient lanes;

  public LaneActivitiesImpl(Store store, String storeUri, WorkflowClient client) {
    this.store = store;
    this.storeUri = storeUri;
    temporal = new TemporalCalls(client);
    lanes = new LaneClient(client, DEADLINE);
  }

  @Override
  public void enterLane(EnterLaneRequest request) {
    try {
      LaneConfig config =
          new LaneConfigs(store, request.getStoreUri())
              .read(request.getLane())
              .orElseThrow(
                  () ->
                      Failures.user(
                          "LANE_NOT_FOUND",
                          "lane: "
                              + request.getLane()
                              + " (expected: one that `retort lanes list` shows)"));
      lanes.enter(
          LaneEntry.newBuilder()
              .setConfig(config)
              .setRunId(request.getRunId())
              .setCreatedAt(request.getCreatedAt())
              .build());
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } catch (StatusRuntimeException e) {
      throw temporal("lane " + request.getLane() + " cannot be asked for a slot", e);
    }
  }

  @Override
  public FindEndedRunsResponse findEndedRuns(FindEndedRunsRequest request) {
    FindEndedRunsResponse.Builder response = FindEndedRunsResponse.newBuilder();
    for (String runId : request.getRunIdsList()) {
      outcome(runId)
          .ifPresent(
              outcome ->
                  response.addEnded(LaneExit.newBuilder().setRunId(runId).setOutcome(outcome)));
    }
    return response.build();
  }

  /** Empty while the run is live. */
  private Optional<LaneOutcome> outcome(String runId) {
    try {
      return RunPhases.ofClosed(
              temporal
                  .stub(DEADLINE)
                  .describeWorkflowExecution(
                      DescribeWorkflowExecutionRequest.newBuilder()
                          .setNamespace(temporal.namespace())
                          .setExecution(TemporalCalls.execution(runId))
                          .build())
                  .getWorkflowExecutionInfo()
                  .getStatus())
          .map(LaneActivitiesImpl::outcome);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.of(recorded(runId));
      }
      throw temporal("run " + runId + " cannot be looked up", e);
    }
  }

  private LaneOutcome recorded(String runId) {
    try {
      Run run =
          StoredMessages.read(
                  store, new RunLayout(storeUri, runId).record(), Run.getDefaultInstance())
              .orElse(Run.getDefaultInstance());
      return outcome(run.getPhase());
    } catch (CorruptArtifactException e) {
      // The slots of the other runs do not depend on it.
      return LaneOutcome.LANE_OUTCOME_UNKNOWN;
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  /** UNKNOWN for a run that has not ended, or of which nothing is known. */
  private static LaneOutcome outcome(RunPhase phase) {
    return switch (phase) {
      case RUN_PHASE_SUCCEEDED -> LaneOutcome.LANE_OUTCOME_SUCCEEDED;
      case RUN_PHASE_CANCELLED -> LaneOutcome.LANE_OUTCOME_CANCELLED;
      case RUN_PHASE_FAILED -> LaneOutcome.LANE_OUTCOME_FAILED;
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_PAUSED,
          RUN_PHASE_AWAITING_APPROVAL,
          UNRECOGNIZED ->
          LaneOutcome.LANE_OUTCOME_UNKNOWN;
    };
  }

  private static RuntimeException temporal(String message, StatusRuntimeException cause) {
    return Failures.platform("TEMPORAL", message + ": " + cause.getStatus(), cause);
  }
}
