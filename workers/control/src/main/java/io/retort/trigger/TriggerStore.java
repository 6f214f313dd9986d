package io.retort.trigger;

import static java.util.Objects.requireNonNull;

import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * Triggers in the store: one object each, which also remains of a deleted one, and an object for
 * each configuration that it had before.
 */
public final class TriggerStore {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern REVISION = Pattern.compile("[0-9]{20}");
  private static final String SUFFIX = ".json";

  private final Store store;
  private final String storeUri;

  public TriggerStore(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Whether the text can be the name of a trigger; any other text must not become a path. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Names of all triggers, also of deleted ones, sorted. */
  public List<String> names() throws IOException {
    return store.list(RunLayout.triggers(storeUri)).stream()
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .filter(TriggerStore::isName)
        .sorted()
        .toList();
  }

  /**
   * Empty for a trigger that does not exist, or is deleted.
   *
   * @throws CorruptArtifactException for an object that cannot be parsed
   */
  public Optional<Trigger> read(String name) throws IOException {
    return record(name).filter(record -> !record.hasDeletedAt()).map(TriggerRecord::getTrigger);
  }

  /** The same, with what remains of a deleted one. */
  Optional<TriggerRecord> record(String name) throws IOException {
    return isName(name)
        ? StoredMessages.read(store, uri(name), TriggerRecord.getDefaultInstance())
        : Optional.empty();
  }

  /**
   * Replaces a record atomically with respect to other processes, and keeps the revision that it
   * replaces. Returns what is stored then.
   *
   * @param change receives what is stored; may throw, and then nothing is written
   */
  TriggerRecord update(String name, Change change) throws IOException {
    AtomicReference<TriggerRecord> written = new AtomicReference<>();
    String uri = uri(name);
    boolean unused =
        store.update(
            uri,
            stored -> {
              Optional<TriggerRecord> current =
                  stored.isPresent()
                      ? Optional.of(
                          StoredMessages.parse(
                              stored.get(), TriggerRecord.getDefaultInstance(), uri))
                      : Optional.empty();
              TriggerRecord next = change.apply(current);
              if (current.isPresent()
                  && current.get().getTrigger().getRevision() != next.getTrigger().getRevision()) {
                keep(name, current.get().getTrigger());
              }
              written.set(next);
              return Optional.of(StoredMessages.bytes(next));
            });
    return requireNonNull(written.get());
  }

  /** Earlier revisions, newest first. */
  List<Trigger> earlier(String name, long below, int limit) throws IOException {
    List<String> numbers =
        new ArrayList<>(
            store.list(revisions(name)).stream()
                .filter(file -> file.endsWith(SUFFIX))
                .map(file -> file.substring(0, file.length() - SUFFIX.length()))
                .filter(file -> REVISION.matcher(file).matches())
                .filter(file -> Long.parseLong(file) < below)
                .toList());
    Collections.reverse(numbers);
    List<Trigger> found = new ArrayList<>();
    for (String number : numbers.subList(0, Math.min(limit, numbers.size()))) {
      StoredMessages.read(
              store, Store.resolve(revisions(name), number + SUFFIX), Trigger.getDefaultInstance())
          .ifPresent(found::add);
    }
    return found;
  }

  /** Deletes what watches of a trigger have stored, unless it watches a location. */
  void deleteWatched(String name) throws IOException {
    Optional<TriggerRecord> record = record(name);
    if (record
        .filter(live -> !live.hasDeletedAt())
        .filter(live -> live.getTrigger().getConfig().hasWatchedData())
        .isPresent()) {
      return;
    }
    // A watch that begins meanwhile has a greater revision.
    long revision = record.map(ended -> ended.getTrigger().getRevision()).orElse(0L);
    String watches = RunLayout.watches(storeUri, name);
    for (String watch : store.list(watches)) {
      if (RunLayout.isWatchUpTo(watch, revision)) {
        store.delete(Store.resolve(watches, watch));
      }
    }
  }

  private void keep(String name, Trigger trigger) throws IOException {
    byte[] bytes = StoredMessages.bytes(trigger);
    String number = String.format(Locale.ROOT, "%020d", trigger.getRevision());
    boolean unused =
        store.writeIfAbsent(
            Store.resolve(revisions(name), number + SUFFIX), output -> output.write(bytes));
  }

  private String revisions(String name) {
    return Store.resolve(RunLayout.triggerHistory(storeUri, name), "revisions");
  }

  private String uri(String name) {
    return Store.resolve(RunLayout.triggers(storeUri), name + SUFFIX);
  }

  /** Determines the next record of a trigger. */
  @FunctionalInterface
  interface Change {
    TriggerRecord apply(Optional<TriggerRecord> current) throws IOException;
  }
}
