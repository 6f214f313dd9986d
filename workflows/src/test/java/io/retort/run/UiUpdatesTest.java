package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.temporal.activity.Activity;
import io.temporal.api.common.v1.Payload;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.common.converter.RawValue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Updates as the Temporal UI and its command line send them: JSON with the encoding's name. */
final class UiUpdatesTest {
  @Test
  void aRunIsPausedAndResumedByJsonOfTheRequests() throws Exception {
    try (WorkflowEnvironment environment = new WorkflowEnvironment()) {
      CountDownLatch started = new CountDownLatch(1);
      environment.activities.onTrainerJob =
          job -> {
            if (started.getCount() > 0) {
              started.countDown();
              throw heartbeatUntilCancelled();
            }
          };
      RunWorkflow workflow = environment.newRun();
      WorkflowClient.start(workflow::run, WorkflowEnvironment.request());
      WorkflowStub stub = WorkflowStub.fromTyped(workflow);
      started.await();

      Run paused =
          stub.update(
              RunWorkflow.PAUSE, Run.class, value("json/protobuf", "{\"reason\": \"lunch\"}"));

      assertThat(paused.getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
      assertThat(paused.getPause().getMessage()).contains("lunch");
      // The encoding that the form offers first is refused, and the run goes on as before.
      assertThatThrownBy(
              () -> stub.update(RunWorkflow.RESUME, Run.class, value("json/plain", "{}")))
          .isInstanceOf(WorkflowUpdateException.class);
      assertThat(workflow.getRun().getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
      stub.update(RunWorkflow.RESUME, Run.class, value("json/protobuf", "{}"));
      assertThat(stub.getResult(Run.class).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    }
  }

  private static ActivityCompletionException heartbeatUntilCancelled() {
    while (true) {
      try {
        Activity.getExecutionContext().heartbeat(null);
      } catch (ActivityCompletionException e) {
        return e;
      }
      Thread.onSpinWait();
    }
  }

  private static RawValue value(String encoding, String json) {
    return new RawValue(
        Payload.newBuilder()
            .putMetadata("encoding", ByteString.copyFromUtf8(encoding))
            .setData(ByteString.copyFromUtf8(json))
            .build());
  }
}
