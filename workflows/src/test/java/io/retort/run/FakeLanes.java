package io.retort.run;

import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.lane.LaneActivities;
import io.retort.lane.LaneWorkflow;
import io.retort.v1.EnterLaneRequest;
import io.retort.v1.FindEndedRunsRequest;
import io.retort.v1.FindEndedRunsResponse;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneEntry;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneOutcome;
import io.retort.v1.LanePolicy;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The activities of lanes, with policies in memory. Lanes ask each second whether runs live. */
final class FakeLanes implements LaneActivities {
  private final Map<String, LaneConfig> lanes = new ConcurrentHashMap<>();
  private final WorkflowClient client;

  FakeLanes(WorkflowClient client) {
    this.client = client;
  }

  void set(String name, LanePolicy policy, int parallelism) {
    LaneConfig config =
        LaneConfig.newBuilder()
            .setName(name)
            .setPolicy(policy)
            .setParallelism(parallelism)
            .setCheckSeconds(1)
            .setRevision(
                lanes.getOrDefault(name, LaneConfig.getDefaultInstance()).getRevision() + 1)
            .build();
    lanes.put(name, config);
    signal(config, LaneWorkflow.CONFIGURE, config);
  }

  boolean isOpen(String runId) {
    return client.newUntypedWorkflowStub(runId).describe().getStatus()
        == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  }

  @Override
  public void enterLane(EnterLaneRequest request) {
    LaneConfig config = lanes.get(request.getLane());
    if (config == null) {
      throw Failures.user("LANE_NOT_FOUND", request.getLane());
    }
    LaneEntry entry =
        LaneEntry.newBuilder()
            .setConfig(config)
            .setRunId(request.getRunId())
            .setCreatedAt(request.getCreatedAt())
            .build();
    signal(config, LaneWorkflow.ENTER, entry);
  }

  @Override
  public FindEndedRunsResponse findEndedRuns(FindEndedRunsRequest request) {
    FindEndedRunsResponse.Builder response = FindEndedRunsResponse.newBuilder();
    for (String runId : request.getRunIdsList()) {
      if (!isOpen(runId)) {
        response.addEnded(
            LaneExit.newBuilder().setRunId(runId).setOutcome(LaneOutcome.LANE_OUTCOME_FAILED));
      }
    }
    return response.build();
  }

  private void signal(LaneConfig config, String signal, Object argument) {
    WorkflowStub lane =
        client.newUntypedWorkflowStub(
            LaneWorkflow.TYPE,
            WorkflowOptions.newBuilder()
                .setWorkflowId(LaneWorkflow.id(config.getName()))
                .setTaskQueue(TaskQueues.RUNS)
                .build());
    lane.signalWithStart(
        signal,
        new Object[] {argument},
        new Object[] {Lane.newBuilder().setConfig(config).build()});
  }
}
