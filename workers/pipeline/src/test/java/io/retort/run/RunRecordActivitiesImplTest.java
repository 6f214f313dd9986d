package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.retort.failure.Failures;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Count;
import io.retort.v1.Event;
import io.retort.v1.FailureCategory;
import io.retort.v1.RecordRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    activities = new RunRecordActivitiesImpl(store, events -> {});
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
        .containsExactly("logs", "run.json", "spec.json");
  }

  /** The run hands the events over again, and its record does not depend on them. */
  @Test
  void writesTheRecordAlsoWhenEventsCannotBeHandedOver() throws IOException {
    List<Event> given = new ArrayList<>();
    RunRecordActivities failing =
        new RunRecordActivitiesImpl(
            store,
            events -> {
              given.addAll(events);
              throw Status.UNAVAILABLE.asRuntimeException();
            });
    Run run = run(RunPhase.RUN_PHASE_RUNNING, "first");
    Event event = Event.newBuilder().setSequence(1).build();

    assertThatThrownBy(
            () ->
                failing.recordRun(
                    RecordRunRequest.newBuilder()
                        .setRun(run)
                        .setStoreUri(root)
                        .addEvents(event)
                        .build()))
        .hasMessageContaining("the events of run run-1 cannot be delivered: ");

    assertThat(given).containsExactly(event);
    assertThat(recorded()).isEqualTo(run);
  }

  @Test
  void keepsEachEventOnce() throws IOException {
    Run.Builder run = run(RunPhase.RUN_PHASE_RUNNING, "first").toBuilder();
    run.setCreatedAt(Timestamps.fromSeconds(0)).setCreatedBy("ann");
    run.addStagesBuilder().setStage(Stage.STAGE_CURATE).setStartedAt(Timestamps.fromSeconds(1));
    record(run.build());
    record(run.build());
    run.setPhase(RunPhase.RUN_PHASE_PAUSED).getPauseBuilder().setMessage("by a person\nat noon");
    record(run.build());
    record(run.build());
    run.setPhase(RunPhase.RUN_PHASE_FAILED).clearPause().setFinishedAt(Timestamps.fromSeconds(9));
    run.getFailureBuilder()
        .setCategory(FailureCategory.FAILURE_CATEGORY_USER)
        .setType("BAD")
        .setMessage("no rows");
    run.getStagesBuilder(0)
        .setPhase(RunPhase.RUN_PHASE_FAILED)
        .setFinishedAt(Timestamps.fromSeconds(8))
        .setDone(3)
        .setUnit("rows");
    run.getSummaryBuilder()
        .getCurationBuilder()
        .setQuarantined(2)
        .addReasons(Count.newBuilder().setName("JUDGE_TIMEOUT").setCount(2))
        .setRecords(ArtifactRef.newBuilder().setUri("file:///records"));
    record(run.build());
    record(run.build());

    assertThat(read("logs/events.log").lines())
        .hasSize(6)
        .contains(
            "1970-01-01T00:00:00Z INFO created by ann",
            "1970-01-01T00:00:01Z INFO curate begins",
            "1970-01-01T00:00:08Z ERROR curate FAILED: 3 rows",
            "1970-01-01T00:00:08Z WARNING curate: 2 rows are quarantined; by reason: JUDGE_TIMEOUT"
                + " 2; row by row: file:///records",
            "1970-01-01T00:00:09Z ERROR FAILED: USER/BAD: no rows")
        .anyMatch(line -> line.endsWith("Z WARNING paused: by a person at noon"));
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
