package io.retort.subscription;

import com.google.common.hash.Hashing;
import com.google.protobuf.Timestamp;
import io.grpc.StatusRuntimeException;
import io.retort.event.CloudEvents;
import io.retort.event.EventPublisher;
import io.retort.layout.RunLayout;
import io.retort.registry.Aliases;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.AliasAnnouncement;
import io.retort.v1.AliasChange;
import io.retort.v1.Event;
import io.retort.v1.EventData;
import io.retort.v1.EventType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells subscribers of aliases that people move. An announcement is stored before the alias moves,
 * so that one that was cut short is completed later, by any control plane.
 */
public final class AliasAnnouncer {
  private static final Logger LOG = LoggerFactory.getLogger(AliasAnnouncer.class);
  private static final int HASH_CHARACTERS = 16;
  private static final String SUFFIX = ".json";
  private static final int MOST_AT_ONCE = 1000;

  /** Longer than a call lasts: a younger announcement is completed by its own call. */
  private static final Duration LEFT_AFTER = Duration.ofMinutes(2);

  private final Store store;
  private final String storeUri;
  private final EventPublisher publisher;
  private final Clock clock;

  AliasAnnouncer(Store store, String storeUri, EventPublisher publisher, Clock clock) {
    this.store = store;
    this.storeUri = storeUri;
    this.publisher = publisher;
    this.clock = clock;
  }

  /** A move of an alias that may be made now. */
  public final class Announcement {
    private final String uri;
    private final AliasAnnouncement stored;

    private Announcement(String uri, AliasAnnouncement stored) {
      this.uri = uri;
      this.stored = stored;
    }

    /**
     * Tells subscribers. If that fails, they are told later: the alias has moved in any case.
     *
     * @param made the change; nothing is told of one that keeps its version
     */
    public void complete(AliasChange made) {
      try {
        publish(stored, made);
        store.delete(uri);
      } catch (IOException | StatusRuntimeException e) {
        LOG.warn(
            "subscribers are told later that alias {} of {} has moved: {}",
            made.getAlias(),
            stored.getModel(),
            e.toString());
      }
    }

    /** The alias has not moved. */
    public void withdraw() {
      try {
        store.delete(uri);
      } catch (IOException e) {
        // Without a change of its time in the history it is deleted later.
        LOG.debug("announcement {} is left", uri, e);
      }
    }
  }

  /**
   * Stores that an alias is about to move.
   *
   * @param asked with alias, actor and time
   * @param teams whose subscriptions are told
   * @throws IOException if it cannot be stored; the alias must not move then
   */
  public Announcement prepare(String model, AliasChange asked, Set<String> teams)
      throws IOException {
    AliasAnnouncement announcement =
        AliasAnnouncement.newBuilder().setModel(model).setChange(asked).addAllTeams(teams).build();
    String name = CloudEvents.id(asked.getChangedAt(), UUID.randomUUID().toString());
    String uri = Store.resolve(RunLayout.announcements(storeUri), name + SUFFIX);
    byte[] bytes = StoredMessages.bytes(announcement);
    store.write(uri, output -> output.write(bytes));
    return new Announcement(uri, announcement);
  }

  /**
   * Completes announcements that no call will complete any more, oldest first.
   *
   * @throws StatusRuntimeException if Temporal does not answer
   */
  void completeLeft() throws IOException {
    String folder = RunLayout.announcements(storeUri);
    Instant before = clock.instant().minus(LEFT_AFTER);
    for (String name : store.list(folder, "", MOST_AT_ONCE)) {
      String id = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
      if (CloudEvents.isId(id) && CloudEvents.at(id).isBefore(before)) {
        completeLeft(Store.resolve(folder, name));
      }
    }
  }

  private void completeLeft(String uri) throws IOException {
    try {
      Optional<AliasAnnouncement> left =
          StoredMessages.read(store, uri, AliasAnnouncement.getDefaultInstance());
      if (left.isEmpty()) {
        return;
      }
      Optional<AliasChange> made = made(left.get());
      if (made.isPresent()) {
        publish(left.get(), made.get());
        LOG.info(
            "subscribers are told that alias {} of {} has moved, after a call was cut short",
            made.get().getAlias(),
            left.get().getModel());
      }
      store.delete(uri);
    } catch (CorruptArtifactException e) {
      LOG.error("subscribers are not told of a move of an alias: {}", e.getMessage());
    }
  }

  /** As the history of the alias has it; empty if it was not made. */
  private Optional<AliasChange> made(AliasAnnouncement announcement) throws IOException {
    AliasChange asked = announcement.getChange();
    List<AliasChange> history =
        new Aliases(store, storeUri, announcement.getModel()).read().getHistoryList();
    return history.stream()
        .filter(
            change ->
                change.getAlias().equals(asked.getAlias())
                    && change.getChangedAt().equals(asked.getChangedAt())
                    && change.getActor().equals(asked.getActor()))
        .findFirst();
  }

  private void publish(AliasAnnouncement announcement, AliasChange made) throws IOException {
    if (made.getFromVersion() == made.getToVersion()) {
      return;
    }
    Timestamp at = made.getChangedAt();
    String model = announcement.getModel();
    Event event =
        Event.newBuilder()
            .setType(EventType.EVENT_TYPE_MODEL_ALIAS_MOVED)
            .setAt(at)
            .setData(EventData.newBuilder().setModel(model).setAliasChange(made))
            .build();
    String origin =
        "alias-"
            + Hashing.sha256()
                .hashString(
                    model + ":" + made.getAlias() + ":" + made.getToVersion(),
                    StandardCharsets.UTF_8)
                .toString()
                .substring(0, HASH_CHARACTERS);
    publisher.publish(CloudEvents.id(at, origin), event, Set.copyOf(announcement.getTeamsList()));
  }
}
