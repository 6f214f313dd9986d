package io.retort.run;

import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * The whole lifecycle of one run: ingest, curate, SFT, pair, CogPO, evaluate, release; or, by the
 * spec's last stage, its curation or its pairs alone. At the end the data is exported. Its workflow
 * id is the run id. Ends SUCCEEDED by returning; a failure or a cancellation ends the workflow as
 * such, after the record was written.
 */
@WorkflowInterface
public interface RunWorkflow {
  @WorkflowMethod
  Run run(RunRequest request);

  /**
   * The run as the workflow knows it. Live progress of the stage under way stands in the heartbeats
   * of its activities.
   */
  @QueryMethod
  Run getRun();
}
