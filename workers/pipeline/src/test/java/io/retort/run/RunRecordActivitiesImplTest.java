package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.failure.Failures;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.RecordRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunRecordActivitiesImplTest {
  private Path folder;
  private String root;
  private Store store;
  private RunRecordActivities activities;

  @BeforeEach
  void open(@TempDir Path temporary) {
    folder = temporary;
    root = temporary.toUri().toString();
    store = Store.open(root);
    activities = new RunRecordActivitiesImpl(store);
  }

  @Test
  void writesRunAndSpecForPeopleAndPrograms() throws IOException {
    Run run = run(RunPhase.RUN_PHASE_RUNNING, "first");

    record(run);

    assertThat(recorded()).isEqualTo(run);
    assertThat(read("spec.json"))
        .isEqualTo(
            """
            {
              "name": "first"
            }
            """);
    assertThat(store.list(Store.resolve(root, "runs/run-1")))
        .containsExactly("run.json", "spec.json");
  }

  @Test
  void replacesTheRecordOfARunUnderWay() throws IOException {
    record(run(RunPhase.RUN_PHASE_RUNNING, "first"));
    record(run(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES, "second"));
    record(run(RunPhase.RUN_PHASE_SUCCEEDED, "third"));

    assertThat(recorded()).isEqualTo(run(RunPhase.RUN_PHASE_SUCCEEDED, "third"));
  }

  @ParameterizedTest
  @EnumSource(
      value = RunPhase.class,
      names = {"RUN_PHASE_SUCCEEDED", "RUN_PHASE_FAILED", "RUN_PHASE_CANCELLED"})
  void keepsATerminalRecord(RunPhase terminal) throws IOException {
    Run ended = run(terminal, "ended");
    record(ended);

    for (RunPhase late : RunPhase.values()) {
      if (late != RunPhase.UNRECOGNIZED && late != terminal) {
        record(run(late, "late"));
        assertThat(recorded()).as("after a late record in phase %s", late).isEqualTo(ended);
      }
    }
  }

  @Test
  void completesATerminalRecordOfTheSamePhase() throws IOException {
    record(run(RunPhase.RUN_PHASE_SUCCEEDED, "first"));
    record(run(RunPhase.RUN_PHASE_SUCCEEDED, "with its report"));

    assertThat(recorded()).isEqualTo(run(RunPhase.RUN_PHASE_SUCCEEDED, "with its report"));
  }

  @Test
  void doesNotReplaceARecordThatItCannotRead() throws IOException {
    Files.createDirectories(folder.resolve("runs/run-1"));
    Files.writeString(folder.resolve("runs/run-1/run.json"), "{\"run_id\": ");

    assertThatThrownBy(() -> record(run(RunPhase.RUN_PHASE_RUNNING, "first")))
        .extracting(thrown -> Failures.fromThrowable(thrown).getType())
        .isEqualTo("CORRUPT_ARTIFACT");
    assertThat(read("run.json")).isEqualTo("{\"run_id\": ");
  }

  @Test
  void tellsAStoreThatCannotBeWritten() throws IOException {
    Files.writeString(folder.resolve("runs"), "a file where a folder should be");

    assertThatThrownBy(() -> record(run(RunPhase.RUN_PHASE_RUNNING, "first")))
        .extracting(thrown -> Failures.fromThrowable(thrown).getType())
        .isEqualTo("STORE_FAILED");
  }

  private void record(Run run) {
    activities.recordRun(RecordRunRequest.newBuilder().setRun(run).setStoreUri(root).build());
  }

  private static Run run(RunPhase phase, String name) {
    return Run.newBuilder()
        .setRunId("run-1")
        .setPhase(phase)
        .setSpec(RunSpec.newBuilder().setName(name))
        .build();
  }

  private Run recorded() throws IOException {
    return (Run) ProtoJson.parse(read("run.json"), Run.newBuilder(), "run.json");
  }

  private String read(String name) throws IOException {
    try (InputStream input = store.read(Store.resolve(root, "runs/run-1/" + name))) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
