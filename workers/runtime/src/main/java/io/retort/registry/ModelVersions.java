package io.retort.registry;

import io.retort.layout.RunLayout;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ModelAliases;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.VersionContent;
import io.retort.v1.VersionReservation;
import io.retort.v1.VersionScores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Version numbers of one model: 1, 2, ... Each is owned by the run whose id is in its reservation,
 * an object that is written once and never replaced.
 */
public final class ModelVersions {
  static final String RESERVATION = "reservation.json";

  /** Name of the object in a version's folder that tells where the model comes from. */
  public static final String PROVENANCE = "provenance.json";

  /** Name of the object in a version's folder that has its {@link VersionScores}. */
  public static final String SCORES = "scores.json";

  private static final int PROGRESS_VERSIONS = 20;

  private final Store store;
  private final String versionsUri;
  private final String contentsUri;
  private final Aliases aliases;

  public ModelVersions(Store store, String storeUri, String model) {
    this.store = store;
    this.versionsUri = Store.resolve(RunLayout.model(storeUri, model), "versions");
    this.contentsUri = Store.resolve(RunLayout.model(storeUri, model), "contents");
    this.aliases = new Aliases(store, storeUri, model);
  }

  public String folder(int version) {
    return Store.resolve(versionsUri, Integer.toString(version));
  }

  /** The number that the run owns already, or else the next free one. */
  public int reserve(String runId) throws IOException {
    int last = highestFolder();
    // Downwards: a number is only taken once all below it are, so an attempt of the same run that
    // takes one meanwhile is met on the way or in the loop below.
    int highestOwned = 0;
    for (int version = last; version >= 1; version--) {
      Optional<String> owner = owner(version);
      if (owner.isPresent() && owner.get().equals(runId)) {
        return version;
      }
      if (owner.isPresent() && highestOwned == 0) {
        highestOwned = version;
      }
    }
    int version = highestOwned + 1;
    while (!take(version, runId)) {
      version++;
    }
    return version;
  }

  /** The id of the run that owns the number; empty where nobody does. */
  public Optional<String> owner(int version) throws IOException {
    return StoredMessages.read(
            store,
            Store.resolve(folder(version), RESERVATION),
            VersionReservation.getDefaultInstance())
        .map(VersionReservation::getRunId);
  }

  /** Where the version comes from; empty unless it is published. */
  public Optional<ReleaseProvenance> provenance(int version) throws IOException {
    return StoredMessages.read(
        store, Store.resolve(folder(version), PROVENANCE), ReleaseProvenance.getDefaultInstance());
  }

  /** The version's scores by problem; empty for one that was published without them. */
  public Optional<VersionScores> scores(int version) throws IOException {
    return scores(store, folder(version));
  }

  /** The same, by the version's folder. */
  public static Optional<VersionScores> scores(Store store, String folder) throws IOException {
    return StoredMessages.read(
        store, Store.resolve(folder, SCORES), VersionScores.getDefaultInstance());
  }

  /** Numbers with a folder, highest first: published, reserved or deleted. */
  public List<Integer> numbers() throws IOException {
    return store.list(versionsUri).stream()
        .filter(name -> name.matches("[1-9][0-9]{0,8}"))
        .map(Integer::valueOf)
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  /** The published version that has the content, as {@link #register} decided. */
  public Optional<Integer> ofContent(String sha256) throws IOException {
    Optional<Integer> version = claimed(sha256);
    return version.isPresent() && isPublished(version.get()) ? version : Optional.empty();
  }

  /** One that is being deleted may still have its files. */
  private boolean isPublished(int version) throws IOException {
    return provenance(version).isPresent() && !aliases.read().containsDeleted(version);
  }

  /**
   * Decides which version has the content of a version that is published: the first that was
   * registered with it. Of several callers with equal content all get the same version.
   *
   * @param alive called while other versions are read; what it throws ends that
   */
  public int register(int version, String sha256, Runnable alive) throws IOException {
    Optional<Integer> known = ofContent(sha256);
    if (known.isPresent()) {
      return known.get();
    }
    int first = firstWith(sha256, version, alive);
    AtomicInteger registered = new AtomicInteger(first);
    boolean unused =
        store.update(
            contentUri(sha256),
            current -> {
              Optional<Integer> other = claimed(sha256);
              if (other.isPresent() && isPublished(other.get())) {
                registered.set(other.get());
                return Optional.empty();
              }
              registered.set(first);
              return Optional.of(
                  StoredMessages.bytes(VersionContent.newBuilder().setVersion(first).build()));
            });
    return registered.get();
  }

  /** Deletes what a version consists of; its number stays taken. */
  public void clear(int version) throws IOException {
    // First: without it the version is not published any more.
    store.delete(Store.resolve(folder(version), PROVENANCE));
    for (String name : store.list(folder(version))) {
      if (!name.equals(RESERVATION)) {
        store.delete(Store.resolve(folder(version), name));
      }
    }
    store.delete(Store.resolve(folder(version), ContentDigest.EVAL_RESULTS));
  }

  private Optional<Integer> claimed(String sha256) throws IOException {
    return StoredMessages.read(store, contentUri(sha256), VersionContent.getDefaultInstance())
        .map(VersionContent::getVersion);
  }

  /** Versions of before contents were kept are known by their provenance alone. */
  private int firstWith(String sha256, int version, Runnable alive) throws IOException {
    int first = version;
    int read = 0;
    ModelAliases deleted = aliases.read();
    for (int number : numbers()) {
      if (++read % PROGRESS_VERSIONS == 0) {
        alive.run();
      }
      Optional<ReleaseProvenance> other =
          number < version && !deleted.containsDeleted(number)
              ? provenance(number)
              : Optional.empty();
      if (other.isPresent() && ContentDigest.of(other.get().getFilesMap()).equals(sha256)) {
        first = number;
      }
    }
    return first;
  }

  private String contentUri(String sha256) {
    return Store.resolve(contentsUri, sha256 + ".json");
  }

  private boolean take(int version, String runId) throws IOException {
    byte[] json =
        ProtoJson.print(VersionReservation.newBuilder().setRunId(runId))
            .getBytes(StandardCharsets.UTF_8);
    String uri = Store.resolve(folder(version), RESERVATION);
    return store.writeIfAbsent(uri, output -> output.write(json))
        || owner(version).equals(Optional.of(runId));
  }

  private int highestFolder() throws IOException {
    return numbers().stream().findFirst().orElse(0);
  }
}
