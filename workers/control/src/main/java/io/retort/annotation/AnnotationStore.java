package io.retort.annotation;

import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.RunAnnotations;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Annotations of runs: one object for each run that has any, apart from the record, which the run
 * itself replaces. They can therefore be changed while no worker runs, and after the run has ended.
 */
public final class AnnotationStore {
  private static final String SUFFIX = ".json";

  private final Store store;
  private final String storeUri;

  public AnnotationStore(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Ids of the runs that have annotations, sorted. */
  public List<String> runIds() throws IOException {
    return store.list(RunLayout.annotations(storeUri)).stream()
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .toList();
  }

  /** Ids of the runs that are deleted. */
  public Set<String> deletedRuns() throws IOException {
    Set<String> deleted = new HashSet<>();
    for (String runId : runIds()) {
      if (read(runId).map(RunAnnotations::hasDeletion).orElse(false)) {
        deleted.add(runId);
      }
    }
    return deleted;
  }

  /** Empty for a run without annotations. */
  public Optional<RunAnnotations> read(String runId) throws IOException {
    return StoredMessages.read(store, uri(runId), RunAnnotations.getDefaultInstance());
  }

  /**
   * Replaces annotations atomically with respect to other processes. Returns what is stored then.
   *
   * @param change receives what is stored, or the default instance; may throw, and then nothing is
   *     written
   */
  public RunAnnotations update(
      String runId, RunAnnotations initial, UnaryOperator<RunAnnotations> change)
      throws IOException {
    RunAnnotations[] next = {initial};
    boolean ignored =
        store.update(
            uri(runId),
            current -> {
              next[0] = change.apply(current.isPresent() ? parse(current.get(), runId) : initial);
              return Optional.of(StoredMessages.bytes(next[0]));
            });
    return next[0];
  }

  private RunAnnotations parse(byte[] json, String runId) throws IOException {
    return StoredMessages.parse(json, RunAnnotations.getDefaultInstance(), uri(runId));
  }

  private String uri(String runId) {
    return Store.resolve(RunLayout.annotations(storeUri), runId + SUFFIX);
  }
}
