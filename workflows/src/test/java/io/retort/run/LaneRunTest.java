package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.v1.LanePolicy;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lanes and the workflow of real runs. */
@Timeout(60)
final class LaneRunTest {
  private static final String LANE = "nightly";

  private final WorkflowEnvironment environment = new WorkflowEnvironment();

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void aRunDoesNothingBeforeItsTurn() {
    CountDownLatch end = new CountDownLatch(1);
    environment.activities.onIngest = ingested -> await(end);
    environment.lanes.set(LANE, LanePolicy.LANE_POLICY_SEQUENTIAL, 0);
    start("first");
    LaneHarness.await(() -> run("first").getStagesCount() == 1);
    start("second");
    LaneHarness.await(() -> run("second").getLane().getPlace() == 1);

    assertThat(run("second").getPhase()).isEqualTo(RunPhase.RUN_PHASE_QUEUED);
    assertThat(run("second").getStagesList()).isEmpty();
    workflow("second").pause(PauseRunRequest.getDefaultInstance());
    assertThat(run("second").getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    workflow("second").resume(ResumeRunRequest.getDefaultInstance());
    end.countDown();

    Run second = result("second");
    assertThat(second.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(second.getLane().getDetail()).isEqualTo("has a slot of lane nightly");
    assertThat(result("first").getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  @Test
  void aLaneThatNobodyHasSetFailsTheRun() {
    start("first");

    assertThatThrownBy(() -> result("first")).hasStackTraceContaining("USER/LANE_NOT_FOUND");
    assertThat(run("first").getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
  }

  private void start(String runId) {
    RunRequest request = WorkflowEnvironment.request(runId).toBuilder().setLane(LANE).build();
    WorkflowClient.start(environment.newRun(runId)::run, request);
  }

  private RunWorkflow workflow(String runId) {
    return environment.client().newWorkflowStub(RunWorkflow.class, runId);
  }

  private Run run(String runId) {
    return workflow(runId).getRun();
  }

  private Run result(String runId) {
    return WorkflowStub.fromTyped(workflow(runId)).getResult(Run.class);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
