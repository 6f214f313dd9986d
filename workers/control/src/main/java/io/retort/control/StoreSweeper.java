package io.retort.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.util.Timestamps;
import io.retort.annotation.AnnotationStore;
import io.retort.layout.RunLayout;
import io.retort.run.RunPhases;
import io.retort.store.CorruptArtifactException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.CompareReportsRequest;
import io.retort.v1.Run;
import io.retort.v1.StageProgress;
import io.retort.v1.StageRecord;
import io.retort.v1.SweepTotals;
import io.retort.v1.SweptItem;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds unused content of the store: folders of runs, data sets, sets of completions and records of
 * stages that no kept run refers to, and comparisons with a run that is not kept.
 *
 * <p>Records of stages are deleted first. A run that starts afterwards does not find them, and a
 * run that started before is live, in which case nothing else is deleted.
 */
final class StoreSweeper {
  private static final Logger LOG = LoggerFactory.getLogger(StoreSweeper.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Kept for every run, so that it can be reported after Temporal's retention. */
  private static final Set<String> ALWAYS_KEPT =
      Set.of(RunLayout.RECORD, RecordedRuns.ASKED, "spec.json", "report");

  /** Its id stays taken, and what it was can be looked up. */
  private static final Set<String> KEPT_OF_DELETED =
      Set.of(RunLayout.RECORD, RecordedRuns.ASKED, "spec.json");

  /** Folders of a run whose subfolders are kept or deleted individually. */
  private static final Set<String> PARTED = Set.of("checkpoints", "evaluation");

  /**
   * Beside the samples of an evaluation: names the set of completions that they were graded from.
   */
  private static final String COMPLETIONS = "completions.json";

  private final Store store;
  private final String storeUri;
  private final Workflows workflows;
  private final RunLister lister;
  private final Clock clock;

  StoreSweeper(Store store, String storeUri, Workflows workflows, RunLister lister, Clock clock) {
    this.store = store;
    this.storeUri = storeUri;
    this.workflows = workflows;
    this.lister = lister;
    this.clock = clock;
  }

  /**
   * @param found receives each item before it is deleted
   * @throws io.grpc.StatusRuntimeException FAILED_PRECONDITION if something should be deleted while
   *     a run is live; UNAVAILABLE if the store or Temporal does not respond
   */
  SweepTotals sweep(Duration olderThan, boolean delete, Consumer<SweptItem> found) {
    try {
      long cutoff = clock.millis() - olderThan.toMillis();
      Set<String> live = new TreeSet<>(liveRuns());
      if (delete && !live.isEmpty()) {
        throw ApiErrors.runsAreLive(live);
      }
      Survey survey = survey(cutoff, live);
      List<SweptItem> records = unneededRecords(survey);
      // Listed before liveness is checked again: runs that start later are not in a list.
      List<SweptItem> folders = unneededFolders(survey);
      for (SweptItem record : records) {
        found.accept(record);
        delete(record, delete);
      }
      if (delete) {
        Set<String> begun = new TreeSet<>(liveRuns());
        if (!begun.isEmpty()) {
          throw ApiErrors.runsAreLive(begun);
        }
      }
      for (SweptItem folder : folders) {
        found.accept(folder);
        delete(folder, delete);
      }
      return SweepTotals.newBuilder()
          .setItems(records.size() + folders.size())
          .setDeleted(delete)
          .setKeptRuns(survey.keptRuns.size())
          .addAllLiveRuns(live)
          .build();
    } catch (IOException e) {
      throw ApiErrors.store("sweep " + storeUri, e);
    }
  }

  private void delete(SweptItem item, boolean delete) throws IOException {
    if (delete) {
      store.delete(item.getUri());
    }
  }

  /** Runs that Temporal lists as open, and runs of the store that it describes as open. */
  private Set<String> liveRuns() throws IOException {
    Set<String> live = new HashSet<>(lister.openRuns());
    for (String runId : runIds()) {
      Optional<Run> recorded = record(runId);
      if (recorded.isPresent()
          && !RunPhases.isTerminal(recorded.get().getPhase())
          && closed(runId).isEmpty()) {
        live.add(runId);
      }
    }
    return live;
  }

  /** When the run's workflow ended, in milliseconds; empty while it is open. */
  private Optional<Long> closed(String runId) {
    Optional<DescribeWorkflowExecutionResponse> described = workflows.describe(runId);
    if (described.isEmpty()) {
      // Temporal no longer has it: it ended before the retention period.
      return Optional.of(0L);
    }
    WorkflowExecutionInfo info = described.get().getWorkflowExecutionInfo();
    return RunPhases.ofClosed(info.getStatus()).isPresent()
        ? Optional.of(Timestamps.toMillis(info.getCloseTime()))
        : Optional.empty();
  }

  private Survey survey(long cutoff, Set<String> live) throws IOException {
    Survey survey = new Survey();
    survey.deletedRuns.addAll(new AnnotationStore(store, storeUri).deletedRuns());
    for (String runId : runIds()) {
      Optional<Run> record = record(runId);
      if (live.contains(runId)
          || (endedAt(runId, record) >= cutoff && !survey.deletedRuns.contains(runId))) {
        survey.keptRuns.add(runId);
      }
      if (record.isPresent() && survey.keptRuns.contains(runId)) {
        survey.refer(ProtoJson.print(record.get()));
        for (StageProgress stage : record.get().getStagesList()) {
          survey.fingerprints.add(stage.getFingerprint());
        }
      }
      if (survey.keptRuns.contains(runId)) {
        referToCompletions(runId, survey);
      }
    }
    for (String name : store.list(RunLayout.stages(storeUri))) {
      String uri = Store.resolve(RunLayout.stages(storeUri), name);
      // No run reuses an unreadable record.
      Optional<StageRecord> record = stageRecord(uri);
      boolean kept =
          record.isPresent()
              && (survey.keptRuns.contains(record.get().getRunId())
                  || survey.fingerprints.contains(record.get().getFingerprint())
                  || Timestamps.toMillis(record.get().getPublishedAt()) >= cutoff);
      if (kept) {
        survey.refer(ProtoJson.print(record.get()));
      } else {
        survey.unneededRecords.add(uri);
      }
    }
    return survey;
  }

  /** Also those of an evaluation that failed, for the run that goes on from there. */
  private void referToCompletions(String runId, Survey survey) throws IOException {
    String evaluation = new RunLayout(storeUri, runId).evaluation();
    for (String model : store.list(evaluation)) {
      String folder = Store.resolve(evaluation, model);
      for (String benchmark : store.list(folder)) {
        String uri = Store.resolve(folder, benchmark + "/" + COMPLETIONS);
        if (store.exists(uri)) {
          try (InputStream input = store.read(uri)) {
            survey.refer(new String(input.readAllBytes(), StandardCharsets.UTF_8));
          }
        }
      }
    }
  }

  /** As far as it is known, by Temporal or by the record, in milliseconds. */
  private long endedAt(String runId, Optional<Run> record) {
    if (record.isPresent() && RunPhases.isTerminal(record.get().getPhase())) {
      return lastMoved(record.get());
    }
    long recorded = record.map(StoreSweeper::lastMoved).orElse(0L);
    return Math.max(recorded, closed(runId).orElse(Long.MAX_VALUE));
  }

  private static long lastMoved(Run run) {
    if (run.hasFinishedAt()) {
      return Timestamps.toMillis(run.getFinishedAt());
    }
    long last = Timestamps.toMillis(run.getCreatedAt());
    for (StageProgress stage : run.getStagesList()) {
      last = Math.max(last, Timestamps.toMillis(stage.getStartedAt()));
      last = Math.max(last, Timestamps.toMillis(stage.getFinishedAt()));
    }
    return last;
  }

  private static List<SweptItem> unneededRecords(Survey survey) {
    return survey.unneededRecords.stream().map(uri -> item("stage", uri)).toList();
  }

  private List<SweptItem> unneededFolders(Survey survey) throws IOException {
    List<SweptItem> items = new ArrayList<>();
    for (String runId : runIds()) {
      if (survey.keptRuns.contains(runId)) {
        continue;
      }
      for (String folder : folders(runId, survey)) {
        if (!survey.isReferred(folder)) {
          items.add(item("run", folder));
        }
      }
    }
    addUnneeded("dataset", RunLayout.datasets(storeUri), survey, items);
    addUnneeded("completions", RunLayout.completions(storeUri), survey, items);
    for (String name : store.list(RunLayout.comparisons(storeUri))) {
      Optional<List<String>> compared = comparedRuns(name);
      if (compared.isEmpty() || !survey.keptRuns.containsAll(compared.get())) {
        items.add(item("comparison", Store.resolve(RunLayout.comparisons(storeUri), name)));
      }
    }
    return items;
  }

  /** Empty for a report from before its runs were kept; any report can be made again. */
  private Optional<List<String>> comparedRuns(String name) throws IOException {
    String uri = RunLayout.comparedRuns(storeUri, name);
    // Also false for what is no folder.
    if (!store.exists(uri)) {
      return Optional.empty();
    }
    try {
      return StoredMessages.read(store, uri, CompareReportsRequest.getDefaultInstance())
          .map(CompareReportsRequest::getRunIdsList);
    } catch (CorruptArtifactException e) {
      LOG.warn("the runs of comparison {} cannot be read", name, e);
      return Optional.empty();
    }
  }

  private void addUnneeded(String kind, String parent, Survey survey, List<SweptItem> items)
      throws IOException {
    for (String name : store.list(parent)) {
      String folder = Store.resolve(parent, name);
      if (!survey.isReferred(folder)) {
        items.add(item(kind, folder));
      }
    }
  }

  private List<String> folders(String runId, Survey survey) throws IOException {
    String runUri = new RunLayout(storeUri, runId).run();
    Set<String> kept = survey.deletedRuns.contains(runId) ? KEPT_OF_DELETED : ALWAYS_KEPT;
    List<String> folders = new ArrayList<>();
    for (String name : store.list(runUri)) {
      String folder = Store.resolve(runUri, name);
      if (PARTED.contains(name)) {
        for (String part : store.list(folder)) {
          folders.add(Store.resolve(folder, part));
        }
      } else if (!kept.contains(name)) {
        folders.add(folder);
      }
    }
    return folders;
  }

  private List<String> runIds() throws IOException {
    return store.list(RunLayout.runs(storeUri));
  }

  private Optional<Run> record(String runId) throws IOException {
    return new RecordedRuns(store, storeUri).read(runId);
  }

  private Optional<StageRecord> stageRecord(String uri) throws IOException {
    try {
      return StoredMessages.read(store, uri, StageRecord.getDefaultInstance());
    } catch (CorruptArtifactException e) {
      LOG.warn("{} cannot be read", uri, e);
      return Optional.empty();
    }
  }

  private static SweptItem item(String kind, String uri) {
    return SweptItem.newBuilder().setKind(kind).setUri(uri).build();
  }

  /** Which objects are needed, and by which runs. */
  private static final class Survey {
    private final Set<String> keptRuns = new HashSet<>();
    private final Set<String> deletedRuns = new HashSet<>();
    private final Set<String> fingerprints = new HashSet<>();
    private final TreeSet<String> uris = new TreeSet<>();
    private final List<String> unneededRecords = new ArrayList<>();

    /** Counts every text of the document: an object that any text names is kept. */
    void refer(String json) throws IOException {
      collect(JSON.readTree(json));
    }

    private void collect(JsonNode node) {
      if (node.isTextual()) {
        uris.add(node.asText());
      }
      node.forEach(this::collect);
    }

    boolean isReferred(String folder) {
      String next = uris.ceiling(folder);
      if (next != null && next.equals(folder)) {
        return true;
      }
      String within = uris.ceiling(folder + "/");
      return within != null && within.startsWith(folder + "/");
    }
  }
}
