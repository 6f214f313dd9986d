package io.retort.lane;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Timestamp;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.LaneConfig;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/** Policies of lanes in the store, which outlive the lanes' workflows. */
public final class LaneConfigs {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final String SUFFIX = ".json";

  private final Store store;
  private final String storeUri;

  public LaneConfigs(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Whether the text can be the name of a lane; any other text must not become a path. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** Names of all lanes, sorted. */
  public List<String> names() throws IOException {
    return store.list(RunLayout.lanes(storeUri)).stream()
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .filter(LaneConfigs::isName)
        .sorted()
        .toList();
  }

  /**
   * Empty for a lane that nobody has set.
   *
   * @throws io.retort.store.CorruptArtifactException for an object that cannot be parsed
   */
  public Optional<LaneConfig> read(String name) throws IOException {
    return isName(name)
        ? StoredMessages.read(store, uri(name), LaneConfig.getDefaultInstance())
        : Optional.empty();
  }

  /** Decides whether a lane may be changed. */
  @FunctionalInterface
  public interface Change {
    /**
     * Throws if it may not.
     *
     * @param stored the default instance for a new lane
     */
    void check(LaneConfig stored);
  }

  /**
   * Creates or replaces the policy of a lane. It keeps its team unless it is given one.
   *
   * @param asked without revision, time and actor
   * @param change sees what is replaced
   * @return with the next revision
   */
  public LaneConfig set(LaneConfig asked, Timestamp now, String actor, Change change)
      throws IOException {
    AtomicReference<LaneConfig> written = new AtomicReference<>(asked);
    String uri = uri(asked.getName());
    boolean unused =
        store.update(
            uri,
            stored -> {
              LaneConfig before =
                  stored.isPresent()
                      ? StoredMessages.parse(stored.get(), LaneConfig.getDefaultInstance(), uri)
                      : LaneConfig.getDefaultInstance();
              change.check(before);
              LaneConfig next =
                  asked.toBuilder()
                      .setTeam(asked.getTeam().isEmpty() ? before.getTeam() : asked.getTeam())
                      .setRevision(before.getRevision() + 1)
                      .setChangedAt(now)
                      .setChangedBy(actor)
                      .build();
              written.set(next);
              return Optional.of(StoredMessages.bytes(next));
            });
    return requireNonNull(written.get());
  }

  private String uri(String name) {
    return Store.resolve(RunLayout.lanes(storeUri), name + SUFFIX);
  }
}
