package io.retort.control;

import io.retort.layout.RunLayout;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Records of runs in the store, which outlive the workflow: Temporal deletes a workflow after its
 * retention period.
 */
final class RecordedRuns {
  /** The spec before defaults, written when the run is created. */
  static final String ASKED = "asked.json";

  private final Store store;
  private final String storeUri;

  RecordedRuns(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Ids of all runs with a folder, sorted; a run that has just started may have no record yet. */
  List<String> ids() throws IOException {
    return store.list(RunLayout.runs(storeUri)).stream().filter(RunIds::isValid).toList();
  }

  boolean exists(String runId) throws IOException {
    return store.exists(uri(runId, RunLayout.RECORD));
  }

  /** Throws CorruptArtifactException for a record that cannot be parsed. */
  Optional<Run> read(String runId) throws IOException {
    return StoredMessages.read(store, uri(runId, RunLayout.RECORD), Run.getDefaultInstance());
  }

  /** Empty for runs that were created before this object existed. */
  Optional<RunSpec> asked(String runId) throws IOException {
    return StoredMessages.read(store, uri(runId, ASKED), RunSpec.getDefaultInstance());
  }

  void keepAsked(String runId, RunSpec asked) throws IOException {
    byte[] json = ProtoJson.print(asked).getBytes(StandardCharsets.UTF_8);
    boolean ignored = store.writeIfAbsent(uri(runId, ASKED), output -> output.write(json));
  }

  String uri(String runId, String name) {
    return Store.resolve(new RunLayout(storeUri, runId).run(), name);
  }
}
