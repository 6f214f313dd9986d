package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.annotation.AnnotationStore;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.Pause;
import io.retort.v1.Run;
import io.retort.v1.RunAnnotations;
import io.retort.v1.RunPhase;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the index reads, and when. */
@Timeout(60)
final class RunIndexTest {
  private static final int RUNS = 20;

  private static ControlHarness control;

  private String storeUri = "";

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @BeforeEach
  void write(@TempDir Path folder) throws IOException {
    storeUri = "file://" + folder.toAbsolutePath();
    for (int day = 1; day <= RUNS; day++) {
      write(
          Run.newBuilder()
              .setRunId("old-" + day)
              .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
              .setCreatedAt(Timestamps.fromSeconds(day * 86_400L))
              .build());
    }
  }

  private void write(Run run) throws IOException {
    String json = ProtoJson.print(run);
    Store.open(storeUri)
        .write(
            storeUri + "/runs/" + run.getRunId() + "/run.json",
            output -> output.write(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void readsTheRecordOfARunThatHasEndedOnce() {
    CountingStore store = new CountingStore(Store.open(storeUri));
    try (RunIndexer indexer = indexer(store)) {
      RunSnapshot first = indexer.refresh();
      assertThat(first.runs()).hasSize(RUNS);
      assertThat(first.runs().get(0).runId()).isEqualTo("old-" + RUNS);
      store.reads.set(0);

      RunSnapshot second = indexer.refresh();

      assertThat(store.reads).hasValue(0);
      assertThat(second.runs()).isEqualTo(first.runs());
      assertThat(second.revision()).as("nothing has changed").isEqualTo(first.revision());
    }
  }

  @Test
  void anyNumberOfViewersCostsOneQueryOfTemporalPerPeriod() {
    control.visibility.requests.clear();
    try (RunIndex index = new RunIndex(indexer(Store.open(storeUri)), Duration.ofHours(1))) {
      for (int viewer = 0; viewer < 500; viewer++) {
        assertThat(index.snapshot().runs()).hasSize(RUNS);
      }
      index.annotated("old-1");
      assertThat(index.snapshot().runs()).hasSize(RUNS);
    }
    assertThat(control.visibility.ofRuns()).hasSize(1);
  }

  @Test
  void aRecordThatCannotBeReadNowLosesNoOther() {
    AtomicBoolean broken = new AtomicBoolean(true);
    CountingStore store =
        new CountingStore(Store.open(storeUri)) {
          @Override
          public InputStream read(String uri) throws IOException {
            if (broken.get() && uri.endsWith("/old-1/run.json")) {
              throw new IOException("connection reset");
            }
            return super.read(uri);
          }
        };
    try (RunIndexer indexer = indexer(store)) {
      assertThat(indexer.refresh().fault()).isPresent();
      broken.set(false);
      store.reads.set(0);

      assertThat(indexer.refresh().runs()).hasSize(RUNS);
      assertThat(store.reads).hasValue(1);
    }
  }

  @Test
  void annotationsChangeARunAndDeletionsRemoveIt() throws IOException {
    Store store = Store.open(storeUri);
    AnnotationStore annotations = new AnnotationStore(store, storeUri);
    try (RunIndexer indexer = indexer(store)) {
      RunSnapshot first = indexer.refresh();
      RunAnnotations.Builder added =
          RunAnnotations.newBuilder()
              .putLabels("tier", "gold")
              .setUpdatedAt(Timestamps.fromMillis(1));
      annotations.update("old-3", added.build(), current -> current);

      RunSnapshot labelled = indexer.refresh();

      List<IndexedRun> changed =
          labelled.runs().stream().filter(run -> run.revision() > first.revision()).toList();
      assertThat(changed).extracting(IndexedRun::runId).containsExactly("old-3");
      assertThat(changed.get(0).run().getLabelsMap()).containsEntry("tier", "gold");
      assertThat(changed.get(0).subject().labels()).containsEntry("tier", "gold");

      added.getDeletionBuilder().setDeletedBy("ann");
      annotations.update("old-3", added.build(), current -> added.build());
      indexer.annotated("old-3");
      RunSnapshot deleted = indexer.refresh();
      assertThat(deleted.runs()).hasSize(RUNS - 1).noneMatch(run -> run.runId().equals("old-3"));
      assertThat(deleted.revision()).isGreaterThan(labelled.revision());
    }
  }

  @Test
  void aRunThatIsPausedAgainForAnotherReasonIsNoticed() throws IOException {
    CountingStore store = new CountingStore(Store.open(storeUri));
    control.visibility.response = paused("paused-1");
    write(
        Run.newBuilder()
            .setRunId("paused-1")
            .setPhase(RunPhase.RUN_PHASE_PAUSED)
            .setPause(Pause.newBuilder().setResumesAt(Timestamps.fromSeconds(4_000_000_000L)))
            .build());
    try (RunIndexer indexer = indexer(store, Duration.ZERO)) {
      RunSnapshot first = indexer.refresh();
      assertThat(pausedOne(first).subject().waits()).isFalse();
      store.reads.set(0);
      assertThat(indexer.refresh().revision()).isEqualTo(first.revision());
      assertThat(store.reads).as("its record is not read each time").hasValue(0);
      // Resumed and paused in between: Temporal lists what it has listed before.
      write(
          Run.newBuilder()
              .setRunId("paused-1")
              .setPhase(RunPhase.RUN_PHASE_PAUSED)
              .setPause(Pause.newBuilder().setMessage("by ann"))
              .build());

      RunSnapshot later = first;
      for (int refresh = 0; refresh < 40; refresh++) {
        later = indexer.refresh();
      }

      assertThat(pausedOne(later).run().getPause().getMessage()).isEqualTo("by ann");
      assertThat(pausedOne(later).subject().waits()).isTrue();
      assertThat(store.reads.get()).isBetween(1, 4);
    } finally {
      control.visibility.response = ListWorkflowExecutionsResponse.getDefaultInstance();
    }
  }

  private static IndexedRun pausedOne(RunSnapshot snapshot) {
    return snapshot.runs().stream()
        .filter(run -> run.runId().equals("paused-1"))
        .findFirst()
        .orElseThrow();
  }

  private static ListWorkflowExecutionsResponse paused(String runId) {
    return ListWorkflowExecutionsResponse.newBuilder()
        .addExecutions(FakeVisibility.running(runId, "RetortPhase", "PAUSED"))
        .build();
  }

  private RunIndexer indexer(Store store) {
    return indexer(store, Duration.ofHours(1));
  }

  private RunIndexer indexer(Store store, Duration period) {
    Workflows workflows = new Workflows(control.temporal(), Deadlines.DEFAULT);
    RecordedRuns runs = new RecordedRuns(store, storeUri);
    AnnotationStore annotations = new AnnotationStore(store, storeUri);
    RunReader reader =
        new RunReader(
            workflows,
            new LiveProgress(workflows, Clock.systemUTC()),
            runs,
            new RunView(annotations));
    return new RunIndexer(
        workflows, reader, runs, annotations, Clock.systemUTC(), period, Duration.ZERO);
  }
}
