package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.CompareRunsRequest;
import io.retort.v1.CompareRunsResponse;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunComparisonTest {
  private ControlHarness control;

  @BeforeEach
  void start(@TempDir Path store) throws IOException {
    control = new ControlHarness(store);
    for (String runId : List.of("first-1", "second-1", "unreadable-1")) {
      write(
          "runs/" + runId + "/run.json",
          ProtoJson.print(
              Run.newBuilder().setRunId(runId).setPhase(RunPhase.RUN_PHASE_SUCCEEDED).build()));
    }
    write("comparisons/first-1+second-1/index.html", "<!doctype html>");
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void answersWithThePageAndMayBeRepeated() {
    CompareRunsResponse first = compare("first-1", "second-1");

    assertThat(first.getHtml().toStringUtf8()).isEqualTo("<!doctype html>");
    assertThat(first.getReportUri())
        .isEqualTo(control.storeUri + "/comparisons/first-1+second-1/index.html");
    assertThat(compare("first-1", "second-1")).isEqualTo(first);
  }

  @Test
  void refusesWhatCannotBeCompared() {
    assertThat(refusal("first-1").getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal("first-1", "first-1").getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal("first-1", "absent-1").getStatus().getCode())
        .isEqualTo(Status.Code.NOT_FOUND);
    String live = control.create("waits").getRunId();
    StatusRuntimeException running = refusal("first-1", live);
    assertThat(running.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(running.getStatus().getDescription()).contains("(expected: a run that has ended)");
  }

  @Test
  void tellsWhyTheWorkflowFailed() {
    StatusRuntimeException refusal = refusal("first-1", "unreadable-1");

    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(refusal.getStatus().getDescription()).contains("no run.json (expected: one)");
  }

  private CompareRunsResponse compare(String... runIds) {
    return control.api.compareRuns(
        CompareRunsRequest.newBuilder().addAllRunIds(List.of(runIds)).build());
  }

  private StatusRuntimeException refusal(String... runIds) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> compare(runIds));
  }

  private void write(String name, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    Store.open(control.storeUri)
        .write(Store.resolve(control.storeUri, name), output -> output.write(bytes));
  }
}
