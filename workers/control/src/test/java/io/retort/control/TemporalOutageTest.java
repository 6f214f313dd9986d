package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.GetRunRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.PauseRunResponse;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Responses of the API while Temporal refuses or does not respond. */
final class TemporalOutageTest {
  private static final String UPDATE = "UpdateWorkflowExecution";
  private static final int PAUSES = 64;

  private static ControlHarness control;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterEach
  void answerAgain() {
    control.refusals.refused.clear();
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void updatesThatAreNeverAnsweredKeepNoOtherCallWaiting() throws Exception {
    Run run = control.create("waits");
    control.refusals.refused.put(UPDATE, Optional.empty());
    RunServiceGrpc.RunServiceFutureStub pausing =
        control.client(RunServiceGrpc.RunServiceFutureStub.class);
    List<ListenableFuture<PauseRunResponse>> pauses = new ArrayList<>();
    for (int pause = 0; pause < PAUSES; pause++) {
      pauses.add(pausing.pauseRun(PauseRunRequest.newBuilder().setRunId(run.getRunId()).build()));
    }
    assertThat(control.refusals.arrived.tryAcquire(PAUSES, 30, TimeUnit.SECONDS))
        .as("all updates are under way at once")
        .isTrue();

    assertThat(control.get(run.getRunId()).getRunId()).isEqualTo(run.getRunId());
    assertThat(control.api.listRuns(ListRunsRequest.getDefaultInstance()).getRunsCount())
        .isPositive();
    assertThat(control.create("waits").getRunId()).isNotEmpty();
    assertThat(pauses).noneMatch(ListenableFuture::isDone);
  }

  @Test
  void anUpdateThatIsNotAnsweredEnds(@TempDir Path store) {
    Deadlines soon =
        new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofMillis(50));
    try (ControlHarness impatient = new ControlHarness(store, soon)) {
      Run run = impatient.create("waits");
      impatient.refusals.refused.put(UPDATE, Optional.empty());
      StatusRuntimeException thrown =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  impatient.api.pauseRun(
                      PauseRunRequest.newBuilder().setRunId(run.getRunId()).build()));
      assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(thrown)
          .hasMessageContaining("pause of run " + run.getRunId())
          .hasMessageContaining("no pipeline worker has answered within 50 ms");
    }
  }

  @Test
  void aStartThatIsNotAnsweredEnds(@TempDir Path store) {
    Deadlines soon =
        new Deadlines(Duration.ofMillis(500), Duration.ofMillis(50), Duration.ofMillis(50));
    try (ControlHarness impatient = new ControlHarness(store, soon)) {
      impatient.create("waits");
      impatient.refusals.refused.put("StartWorkflowExecution", Optional.empty());
      StatusRuntimeException thrown =
          catchThrowableOfType(StatusRuntimeException.class, () -> impatient.create("waits"));
      assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(thrown).hasMessageContaining("cannot start run waits-");
    }
  }

  @Test
  void tellsEachRefusalByWhatHasToBeDone() {
    refuses(Status.UNAVAILABLE, Status.Code.UNAVAILABLE, "Temporal does not answer");
    refuses(Status.PERMISSION_DENIED, Status.Code.FAILED_PRECONDITION, "TEMPORAL_API_KEY");
    refuses(Status.UNAUTHENTICATED, Status.Code.FAILED_PRECONDITION, "TEMPORAL_API_KEY");
    refuses(
        Status.NOT_FOUND.withDescription("Namespace default is not found."),
        Status.Code.FAILED_PRECONDITION,
        "TEMPORAL_NAMESPACE");
    refuses(
        Status.INVALID_ARGUMENT.withDescription(
            "Namespace default has no mapping defined for search attribute RetortPhase"),
        Status.Code.FAILED_PRECONDITION,
        "temporal operator search-attribute create");
    refuses(
        Status.INVALID_ARGUMENT.withDescription("Blob size exceeds limit"),
        Status.Code.INVALID_ARGUMENT,
        "Blob size exceeds limit");
    refuses(Status.UNIMPLEMENTED, Status.Code.FAILED_PRECONDITION, "later version of the server");
    refuses(Status.INTERNAL, Status.Code.INTERNAL, "Temporal has failed");
  }

  /** Statuses that the SDK does not retry itself. */
  @Test
  void aRunThatCannotBeStartedSaysWhy() {
    control.refusals.refused.put(
        "StartWorkflowExecution", Optional.of(Status.PERMISSION_DENIED.withDescription("no")));
    StatusRuntimeException thrown =
        catchThrowableOfType(StatusRuntimeException.class, () -> control.create("waits"));
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(thrown).hasMessageContaining("cannot start run waits-");
  }

  private static Optional<StatusRuntimeException> call(String method) {
    return Optional.ofNullable(
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> {
              if (method.startsWith("List")) {
                control.api.listRuns(ListRunsRequest.getDefaultInstance());
              } else {
                control.api.getRun(GetRunRequest.newBuilder().setRunId("a-1").build());
              }
            }));
  }

  private static void refuses(Status refusal, Status.Code code, String message) {
    for (String method : List.of("DescribeWorkflowExecution", "ListWorkflowExecutions")) {
      control.refusals.refused.clear();
      control.refusals.refused.put(method, Optional.of(refusal));
      // What is listed is some milliseconds old.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      Optional<StatusRuntimeException> answer = call(method);
      while (answer.filter(one -> String.valueOf(one.getMessage()).contains(message)).isEmpty()
          && System.nanoTime() < deadline) {
        answer = call(method);
      }
      assertThat(answer).as(method + " " + refusal).isPresent();
      StatusRuntimeException thrown = answer.orElseThrow();
      assertThat(thrown.getStatus().getCode()).as(method + " " + refusal).isEqualTo(code);
      assertThat(thrown).hasMessageContaining(message);
    }
  }
}
