package io.retort.bench;

import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The events of a run in Temporal, over all its workflows and their continuations.
 *
 * @param events total number
 * @param longest number of events of the longest history
 */
record History(long events, long longest) {
  private static final String NAMESPACE = "default";

  static History of(String address, String runId) throws InterruptedException {
    WorkflowServiceStubs service =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder().setTarget(address).build());
    try {
      List<Long> lengths = new ArrayList<>();
      for (WorkflowExecutionInfo workflow :
          service
              .blockingStub()
              .listWorkflowExecutions(
                  ListWorkflowExecutionsRequest.newBuilder()
                      .setNamespace(NAMESPACE)
                      .setQuery("WorkflowId STARTS_WITH '" + runId + "'")
                      .build())
              .getExecutionsList()) {
        lengths.add(
            service
                .blockingStub()
                .describeWorkflowExecution(
                    DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(NAMESPACE)
                        .setExecution(workflow.getExecution())
                        .build())
                .getWorkflowExecutionInfo()
                .getHistoryLength());
      }
      return new History(
          lengths.stream().mapToLong(Long::longValue).sum(),
          lengths.stream().mapToLong(Long::longValue).max().orElse(0));
    } finally {
      service.shutdownNow();
    }
  }

  String describe(long rows) {
    return String.format(
        Locale.ROOT,
        "history: %,d events, %.1f for 1,000 rows, longest workflow %,d",
        events,
        events * 1000.0 / rows,
        longest);
  }
}
