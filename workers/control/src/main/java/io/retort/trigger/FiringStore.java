package io.retort.trigger;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import com.google.protobuf.util.Timestamps;
import io.retort.layout.RunLayout;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.FiringOutcome;
import io.retort.v1.FiringRecord;
import io.retort.v1.TriggerFiring;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;

/**
 * Firings in the store: an object for each event, whose name is made from the event's id, so that
 * an event is claimed once; and, once a firing is decided, an object whose name orders it by time.
 */
final class FiringStore {
  /** Firings of a trigger that are kept. */
  private static final int MOST_KEPT = 1000;

  /** So many more that the oldest are not deleted one by one. */
  private static final double SLACK = 1.1;

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern PLACE = Pattern.compile("[0-9]{19}-([0-9a-f]{32})");
  private static final String SUFFIX = ".json";

  private final Store store;
  private final String storeUri;
  private final int mostKept;

  FiringStore(Store store, String storeUri) {
    this(store, storeUri, MOST_KEPT);
  }

  /**
   * @param mostKept firings of a trigger
   */
  FiringStore(Store store, String storeUri, int mostKept) {
    this.store = store;
    this.storeUri = storeUri;
    this.mostKept = mostKept;
  }

  /** Whether a text can be the token of a page. */
  static boolean isToken(String text) {
    return text.isEmpty() || PLACE.matcher(text).matches();
  }

  Optional<FiringRecord> read(String trigger, String firingId) throws IOException {
    return byHash(trigger, hash(firingId));
  }

  /** Stores a record unless its event has one; returns the one that is stored. */
  FiringRecord claim(FiringRecord asked) throws IOException {
    String trigger = asked.getFiring().getTrigger();
    String hash = hash(asked.getFiring().getFiringId());
    byte[] bytes = StoredMessages.bytes(asked);
    if (store.writeIfAbsent(claims(trigger, hash), output -> output.write(bytes))) {
      return asked;
    }
    return byHash(trigger, hash).orElse(asked);
  }

  /**
   * Stores how a firing has ended, unless it has launched a run or was skipped before; returns what
   * is stored.
   */
  FiringRecord decide(FiringRecord decided) throws IOException {
    TriggerFiring firing = decided.getFiring();
    String hash = hash(firing.getFiringId());
    String uri = claims(firing.getTrigger(), hash);
    AtomicReference<FiringRecord> stored = new AtomicReference<>(decided);
    boolean unused =
        store.update(
            uri,
            current -> {
              if (current.isPresent()) {
                FiringRecord before = parse(current.get(), uri);
                FiringOutcome outcome = before.getFiring().getOutcome();
                if (outcome == FiringOutcome.FIRING_OUTCOME_LAUNCHED
                    || outcome == FiringOutcome.FIRING_OUTCOME_SKIPPED) {
                  stored.set(before);
                  return Optional.empty();
                }
              }
              stored.set(decided);
              return Optional.of(StoredMessages.bytes(decided));
            });
    FiringRecord result = requireNonNull(stored.get());
    order(result.getFiring(), hash);
    return result;
  }

  /** Decided firings, newest first, from a token on; the next token is {@link #token}. */
  List<TriggerFiring> newest(String trigger, String token, int limit) throws IOException {
    List<TriggerFiring> found = new ArrayList<>();
    for (String place : places(trigger)) {
      if (found.size() == limit) {
        break;
      }
      if (place.compareTo(token) > 0) {
        byHash(trigger, hashOf(place)).map(FiringRecord::getFiring).ifPresent(found::add);
      }
    }
    return found;
  }

  /** The token of the page that begins after a firing. */
  static String token(TriggerFiring firing) {
    return place(firing, hash(firing.getFiringId()));
  }

  /** Claimed firings that are not decided; at most {@code limit}. */
  List<FiringRecord> undecided(String trigger, int limit) throws IOException {
    Set<String> ordered = new HashSet<>();
    places(trigger).forEach(place -> ordered.add(hashOf(place)));
    List<FiringRecord> found = new ArrayList<>();
    for (String hash : names(claims(trigger))) {
      if (found.size() < limit && HASH.matcher(hash).matches() && !ordered.contains(hash)) {
        byHash(trigger, hash).ifPresent(found::add);
      }
    }
    return found;
  }

  /** The newest decided one. */
  Optional<TriggerFiring> last(String trigger) throws IOException {
    return StoredMessages.read(store, lastUri(trigger), TriggerFiring.getDefaultInstance());
  }

  private void order(TriggerFiring firing, String hash) throws IOException {
    String trigger = firing.getTrigger();
    byte[] id = firing.getFiringId().getBytes(StandardCharsets.UTF_8);
    boolean isNew =
        store.writeIfAbsent(
            Store.resolve(order(trigger), place(firing, hash) + SUFFIX),
            output -> output.write(id));
    String uri = lastUri(trigger);
    boolean unused =
        store.update(
            uri,
            current -> {
              boolean older =
                  current.isPresent()
                      && Timestamps.compare(
                              StoredMessages.parse(
                                      current.get(), TriggerFiring.getDefaultInstance(), uri)
                                  .getFiredAt(),
                              firing.getFiredAt())
                          > 0;
              return older ? Optional.empty() : Optional.of(StoredMessages.bytes(firing));
            });
    if (isNew) {
      prune(trigger);
    }
  }

  private void prune(String trigger) throws IOException {
    List<String> places = places(trigger);
    if (places.size() <= mostKept * SLACK) {
      return;
    }
    for (String place : places.subList(mostKept, places.size())) {
      store.delete(claims(trigger, hashOf(place)));
      store.delete(Store.resolve(order(trigger), place + SUFFIX));
    }
  }

  private Optional<FiringRecord> byHash(String trigger, String hash) throws IOException {
    return StoredMessages.read(store, claims(trigger, hash), FiringRecord.getDefaultInstance());
  }

  /** Sorted, which is newest first. */
  private List<String> places(String trigger) throws IOException {
    return names(order(trigger)).stream()
        .filter(place -> PLACE.matcher(place).matches())
        .sorted()
        .toList();
  }

  private List<String> names(String folder) throws IOException {
    return store.list(folder).stream()
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .toList();
  }

  private static String place(TriggerFiring firing, String hash) {
    return String.format(
        Locale.ROOT, "%019d-%s", Long.MAX_VALUE - Timestamps.toMillis(firing.getFiredAt()), hash);
  }

  private static String hashOf(String place) {
    return place.substring(place.indexOf('-') + 1);
  }

  private static String hash(String firingId) {
    return Hashing.sha256()
        .hashString(firingId, StandardCharsets.UTF_8)
        .toString()
        .substring(0, 32);
  }

  private static FiringRecord parse(byte[] json, String uri) throws IOException {
    return StoredMessages.parse(json, FiringRecord.getDefaultInstance(), uri);
  }

  private String claims(String trigger) {
    return Store.resolve(RunLayout.triggerHistory(storeUri, trigger), "firings");
  }

  private String claims(String trigger, String hash) {
    return Store.resolve(claims(trigger), hash + SUFFIX);
  }

  private String order(String trigger) {
    return Store.resolve(RunLayout.triggerHistory(storeUri, trigger), "order");
  }

  private String lastUri(String trigger) {
    return Store.resolve(RunLayout.triggerHistory(storeUri, trigger), "last" + SUFFIX);
  }
}
