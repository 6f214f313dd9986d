package io.retort.event;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Timestamp;
import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.Subscription;
import io.retort.v1.SubscriptionConfig;
import io.retort.v1.SubscriptionPause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Subscriptions in the store: an object for each, and the object {@link #REVISION}, which every
 * change replaces. Of a deleted one an object without a configuration remains, since stores cannot
 * delete an object on condition that nobody has replaced it.
 *
 * <p>Thread-safe.
 */
public final class Subscriptions {
  /** Of a subscription or spec that names no team. */
  private static final String DEFAULT_TEAM = "default";

  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final String SUFFIX = ".json";

  /** Not the name of a subscription, which has a suffix. */
  private static final String REVISION = "revision";

  private static final int LONGEST_REVISION = 100;
  private static final int UID_BYTES = 8;

  /** A process that has died between a change and the next revision hides the change so long. */
  private static final Duration LONGEST_KEPT = Duration.ofMinutes(1);

  private final Store store;
  private final String storeUri;
  private final LongSupplier nanoTime;
  private final SecureRandom random = new SecureRandom();

  /** Guarded by this. */
  private @Nullable Kept kept;

  public Subscriptions(Store store, String storeUri) {
    this(store, storeUri, System::nanoTime);
  }

  Subscriptions(Store store, String storeUri, LongSupplier nanoTime) {
    this.store = store;
    this.storeUri = storeUri;
    this.nanoTime = nanoTime;
  }

  /**
   * All subscriptions.
   *
   * @param revision that the store had before they were read
   */
  private record Kept(String revision, long readAt, List<Subscription> all) {}

  /** Whether the text can be the name of a subscription; any other text must not become a path. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** The team of a subscription or spec that names this one. */
  public static String team(String named) {
    return named.isEmpty() ? DEFAULT_TEAM : named;
  }

  /** Names of all subscriptions, also of deleted ones, sorted. */
  private List<String> names() throws IOException {
    return store.list(RunLayout.subscriptions(storeUri)).stream()
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .filter(Subscriptions::isName)
        .sorted()
        .toList();
  }

  /**
   * Empty for a subscription that does not exist.
   *
   * @throws CorruptArtifactException for an object that cannot be parsed
   */
  public Optional<Subscription> read(String name) throws IOException {
    return stored(name).filter(Subscription::hasConfig);
  }

  /** The same, with what remains of a deleted one. */
  private Optional<Subscription> stored(String name) throws IOException {
    return isName(name)
        ? StoredMessages.read(store, uri(name), Subscription.getDefaultInstance())
        : Optional.empty();
  }

  /**
   * All that can be read, by name; others are logged, and do not keep events from these. They are
   * read anew only after a change by any process, which costs one read otherwise.
   */
  public List<Subscription> all() throws IOException {
    String revision = revision();
    synchronized (this) {
      Kept current = kept;
      long now = nanoTime.getAsLong();
      if (current == null
          || !current.revision().equals(revision)
          || now - current.readAt() >= LONGEST_KEPT.toNanos()) {
        current = new Kept(revision, now, List.copyOf(readAll()));
        kept = current;
      }
      return current.all();
    }
  }

  private List<Subscription> readAll() throws IOException {
    List<Subscription> all = new ArrayList<>();
    for (String name : names()) {
      try {
        read(name).ifPresent(all::add);
      } catch (CorruptArtifactException e) {
        LOG.error("subscription {} receives no events: {}", name, e.getMessage());
      }
    }
    return all;
  }

  /**
   * Creates a subscription or replaces its configuration; a paused one stays paused.
   *
   * @param expected the revision that is replaced, 0 for any or none yet
   * @param check of the one that is replaced, if there is one
   * @return with the next revision; empty, and nothing is changed, where it has another revision
   */
  public Optional<Subscription> set(
      SubscriptionConfig config, long expected, Timestamp now, String actor, Check check)
      throws IOException {
    return change(
        config.getName(),
        stored -> {
          if (stored.hasConfig()) {
            check.of(stored);
          }
          if (expected != 0 && !(stored.hasConfig() && stored.getRevision() == expected)) {
            return Optional.empty();
          }
          Subscription.Builder next = stored.toBuilder().setConfig(config);
          if (!stored.hasConfig()) {
            next.setCreatedBy(actor).setCreatedAt(now).setUid(newUid());
          } else if (!team(stored.getConfig().getTeam()).equals(team(config.getTeam()))) {
            // Its deliveries so far belong to another team.
            next.setUid(newUid());
          }
          return Optional.of(next.setChangedBy(actor).setChangedAt(now).build());
        });
  }

  /** Empty if there is no such subscription. A paused one keeps the reason that it has. */
  public Optional<Subscription> pause(String name, SubscriptionPause pause, Check check)
      throws IOException {
    return changeExisting(name, check, stored -> paused(stored, pause));
  }

  /** Pauses a subscription unless it has another owner or another receiver by now. */
  public void pauseReceiver(SubscriptionKey subscription, String url, SubscriptionPause pause)
      throws IOException {
    Optional<Subscription> unused =
        changeExisting(
            subscription.name(),
            stored -> {},
            stored ->
                subscription.isOf(stored) && stored.getConfig().getUrl().equals(url)
                    ? paused(stored, pause)
                    : stored);
  }

  private static Subscription paused(Subscription stored, SubscriptionPause pause) {
    return stored.hasPause() ? stored : stored.toBuilder().setPause(pause).build();
  }

  /** Empty if there is no such subscription. */
  public Optional<Subscription> resume(String name, Check check) throws IOException {
    return changeExisting(name, check, stored -> stored.toBuilder().clearPause().build());
  }

  /**
   * Returns what was deleted; empty if there is no such subscription. A record without a
   * configuration remains: a later subscription of the name gets a later revision, and no other
   * process can take the deletion for its own change.
   */
  public Optional<SubscriptionKey> delete(String name, Timestamp now, String actor, Check check)
      throws IOException {
    AtomicReference<Optional<SubscriptionKey>> deleted = new AtomicReference<>(Optional.empty());
    Optional<Subscription> remains =
        changeExisting(
            name,
            check,
            stored -> {
              deleted.set(Optional.of(SubscriptionKey.of(stored)));
              return Subscription.newBuilder()
                  .setRevision(stored.getRevision())
                  .setChangedBy(actor)
                  .setChangedAt(now)
                  .build();
            });
    return remains.isPresent() ? requireNonNull(deleted.get()) : Optional.empty();
  }

  private Optional<Subscription> changeExisting(
      String name, Check check, UnaryOperator<Subscription> change) throws IOException {
    if (!isName(name)) {
      return Optional.empty();
    }
    return change(
        name,
        stored -> {
          if (!stored.hasConfig()) {
            return Optional.empty();
          }
          check.of(stored);
          return Optional.of(change.apply(stored));
        });
  }

  private Optional<Subscription> change(String name, Change change) throws IOException {
    String uri = uri(name);
    AtomicReference<Optional<Subscription>> written = new AtomicReference<>(Optional.empty());
    boolean unused =
        store.update(
            uri,
            bytes -> {
              Subscription stored =
                  bytes.isPresent()
                      ? StoredMessages.parse(bytes.get(), Subscription.getDefaultInstance(), uri)
                      : Subscription.getDefaultInstance();
              Optional<Subscription> next =
                  change
                      .apply(stored)
                      .map(
                          changed ->
                              changed.equals(stored)
                                  ? stored
                                  : changed.toBuilder()
                                      .setRevision(stored.getRevision() + 1)
                                      .build());
              written.set(next);
              return next.filter(changed -> !changed.equals(stored)).map(StoredMessages::bytes);
            });
    // Also where nothing was written: an earlier call may have died in between.
    nextRevision();
    return requireNonNull(written.get());
  }

  private String revision() throws IOException {
    try {
      return new String(store.read(revisionUri(), 0, LONGEST_REVISION), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private void nextRevision() throws IOException {
    byte[] next = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
    store.write(revisionUri(), output -> output.write(next));
  }

  private String revisionUri() {
    return Store.resolve(RunLayout.subscriptions(storeUri), REVISION);
  }

  private String newUid() {
    byte[] uid = new byte[UID_BYTES];
    random.nextBytes(uid);
    return HexFormat.of().formatHex(uid);
  }

  private String uri(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("no name of a subscription: " + name);
    }
    return Store.resolve(RunLayout.subscriptions(storeUri), name + SUFFIX);
  }

  /**
   * Looks at the subscription that is stored in the moment of a change. What it throws is thrown,
   * and nothing is changed.
   */
  @FunctionalInterface
  public interface Check {
    void of(Subscription stored);
  }

  /**
   * Determines the next state, given one without a configuration for a subscription that is new.
   */
  @FunctionalInterface
  private interface Change {
    Optional<Subscription> apply(Subscription stored);
  }
}
