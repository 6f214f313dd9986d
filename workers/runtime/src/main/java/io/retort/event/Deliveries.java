package io.retort.event;

import static java.util.Objects.requireNonNull;

import io.retort.layout.RunLayout;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.Delivery;
import io.retort.v1.DeliveryState;
import io.retort.v1.Subscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Deliveries in the store: {@code deliveries/SUBSCRIPTION/UID/DAY/EVENT.json}, so that old ones are
 * deleted by the day. In {@code EVENT} the digits of the time are inverted: the newest come first
 * where a store lists them, however many there are. Beside the days, the folder {@code pending} has
 * the ids of those that have not ended. A subscription without a uid, made by an earlier version,
 * has no folder {@code UID} and ids as they are.
 */
public final class Deliveries {
  private static final String SUFFIX = ".json";
  private static final String PENDING = "pending";
  private static final Pattern DAY = Pattern.compile("[0-9]{8}");
  private static final Pattern UID = Pattern.compile("[0-9a-f]{16}");

  private final Store store;
  private final String storeUri;

  public Deliveries(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Empty for an event that is not delivered to the subscription. */
  public Optional<Delivery> read(SubscriptionKey subscription, String eventId) throws IOException {
    return isKey(subscription) && CloudEvents.isId(eventId)
        ? StoredMessages.read(store, uri(subscription, eventId), Delivery.getDefaultInstance())
        : Optional.empty();
  }

  /** Stores a delivery unless it is stored; returns the one that is stored then. */
  Delivery open(Delivery delivery) throws IOException {
    SubscriptionKey subscription =
        new SubscriptionKey(delivery.getSubscription(), delivery.getSubscriptionUid());
    markPending(subscription, delivery.getEventId());
    byte[] bytes = StoredMessages.bytes(delivery);
    if (store.writeIfAbsent(
        uri(subscription, delivery.getEventId()), output -> output.write(bytes))) {
      return delivery;
    }
    Delivery stored = read(subscription, delivery.getEventId()).orElse(delivery);
    if (stored.getState() != DeliveryState.DELIVERY_STATE_PENDING) {
      settle(subscription, delivery.getEventId());
    }
    return stored;
  }

  /** Makes a delivery pending, whatever it is; empty if it does not exist. */
  public Optional<Delivery> reopen(SubscriptionKey subscription, String eventId)
      throws IOException {
    if (read(subscription, eventId).isEmpty()) {
      return Optional.empty();
    }
    markPending(subscription, eventId);
    return update(
        subscription,
        eventId,
        stored ->
            stored.toBuilder()
                .setState(DeliveryState.DELIVERY_STATE_PENDING)
                .clearNextAttemptAt()
                .build());
  }

  /** Changes a delivery; empty if it does not exist. */
  public Optional<Delivery> update(
      SubscriptionKey subscription, String eventId, UnaryOperator<Delivery> change)
      throws IOException {
    String uri = uri(subscription, eventId);
    AtomicReference<Optional<Delivery>> written = new AtomicReference<>(Optional.empty());
    boolean unused =
        store.update(
            uri,
            bytes -> {
              if (bytes.isEmpty()) {
                written.set(Optional.empty());
                return Optional.empty();
              }
              Delivery changed =
                  change.apply(
                      StoredMessages.parse(bytes.get(), Delivery.getDefaultInstance(), uri));
              written.set(Optional.of(changed));
              return Optional.of(StoredMessages.bytes(changed));
            });
    Optional<Delivery> changed = requireNonNull(written.get());
    if (changed.isPresent() && changed.get().getState() != DeliveryState.DELIVERY_STATE_PENDING) {
      settle(subscription, eventId);
    }
    return changed;
  }

  /**
   * The newest events first, without their bodies.
   *
   * @param before only events that are listed after this one; empty for all
   */
  public List<Delivery> list(SubscriptionKey subscription, String before, int limit)
      throws IOException {
    List<Delivery> page = new ArrayList<>();
    for (String day : days(subscription)) {
      if (!before.isEmpty() && day.compareTo(CloudEvents.day(before)) > 0) {
        continue;
      }
      boolean begun = !before.isEmpty() && day.equals(CloudEvents.day(before));
      String after = begun ? name(subscription, before) : "";
      while (page.size() < limit) {
        List<String> names = names(subscription, day, after, limit - page.size());
        if (names.isEmpty()) {
          break;
        }
        for (String name : names) {
          read(subscription, eventId(subscription, name))
              .ifPresent(delivery -> page.add(delivery.toBuilder().clearBody().build()));
        }
        after = names.get(names.size() - 1);
      }
    }
    return page;
  }

  /**
   * Ids of events whose deliveries have not ended, oldest first. Those of deliveries that have just
   * ended, or that were never opened because a process has died, may be among them.
   *
   * @param after only ids after this one; empty for all
   */
  public List<String> pending(SubscriptionKey subscription, String after, int most)
      throws IOException {
    return store.list(Store.resolve(folder(subscription), PENDING), after, most).stream()
        .filter(CloudEvents::isId)
        .toList();
  }

  /** Takes an event out of those that {@link #pending} lists. */
  public void settle(SubscriptionKey subscription, String eventId) throws IOException {
    store.delete(pendingUri(subscription, eventId));
  }

  /**
   * Deletes those of earlier days.
   *
   * @param day {@code yyyymmdd}
   */
  public void deleteBefore(SubscriptionKey subscription, String day) throws IOException {
    for (String older : days(subscription)) {
      if (older.compareTo(day) < 0) {
        store.delete(Store.resolve(folder(subscription), older));
      }
    }
  }

  /** Deletes all deliveries to the subscription; those under way then end. */
  public void delete(SubscriptionKey subscription) throws IOException {
    if (!subscription.uid().isEmpty()) {
      store.delete(folder(subscription));
      return;
    }
    for (String name : store.list(folder(subscription))) {
      // Another owner of the name has a folder of its own there.
      if (!isUid(name)) {
        store.delete(Store.resolve(folder(subscription), name));
      }
    }
  }

  /**
   * Deletes what earlier subscriptions have left, of this name or of any that no subscription has.
   *
   * @param subscriptions finds the one that has a name now
   */
  public void deleteLeft(Subscriptions subscriptions) throws IOException {
    for (String name : store.list(RunLayout.deliveries(storeUri))) {
      if (!Subscriptions.isName(name)) {
        continue;
      }
      String folder = folder(new SubscriptionKey(name, ""));
      // Before the subscription is read: a folder that a later one makes is not among them.
      List<String> found = store.list(folder);
      Optional<String> uid;
      try {
        uid = subscriptions.read(name).map(Subscription::getUid);
      } catch (CorruptArtifactException e) {
        // A person may fix it, and nobody receives what is left meanwhile.
        continue;
      }
      for (String left : found) {
        boolean isItsOwn =
            uid.isPresent() && (uid.get().isEmpty() ? !isUid(left) : left.equals(uid.get()));
        if (!isItsOwn) {
          store.delete(Store.resolve(folder, left));
        }
      }
    }
  }

  /** Newest first. */
  private List<String> days(SubscriptionKey subscription) throws IOException {
    return store.list(folder(subscription)).stream()
        .filter(name -> DAY.matcher(name).matches())
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  private List<String> names(SubscriptionKey subscription, String day, String after, int most)
      throws IOException {
    String folder = Store.resolve(folder(subscription), day);
    if (!subscription.uid().isEmpty()) {
      return store.list(folder, after, most);
    }
    return store.list(folder).stream()
        .filter(name -> after.isEmpty() || name.compareTo(after) < 0)
        .sorted(Comparator.reverseOrder())
        .limit(most)
        .toList();
  }

  private static String name(SubscriptionKey subscription, String eventId) {
    return (subscription.uid().isEmpty() ? eventId : CloudEvents.inverted(eventId)) + SUFFIX;
  }

  /** Empty for what is not the name of a delivery. */
  private static String eventId(SubscriptionKey subscription, String name) {
    if (!name.endsWith(SUFFIX)) {
      return "";
    }
    String stem = name.substring(0, name.length() - SUFFIX.length());
    if (!CloudEvents.isId(stem)) {
      return "";
    }
    return subscription.uid().isEmpty() ? stem : CloudEvents.inverted(stem);
  }

  private void markPending(SubscriptionKey subscription, String eventId) throws IOException {
    store.write(pendingUri(subscription, eventId), output -> output.write('\n'));
  }

  private String pendingUri(SubscriptionKey subscription, String eventId) {
    return Store.resolve(folder(subscription), PENDING + "/" + requireId(eventId));
  }

  private String uri(SubscriptionKey subscription, String eventId) {
    return Store.resolve(
        folder(subscription),
        CloudEvents.day(requireId(eventId)) + "/" + name(subscription, eventId));
  }

  private String folder(SubscriptionKey subscription) {
    if (!isKey(subscription)) {
      throw new IllegalArgumentException("no subscription: " + subscription);
    }
    String folder = RunLayout.deliveries(storeUri, subscription.name());
    return subscription.uid().isEmpty() ? folder : Store.resolve(folder, subscription.uid());
  }

  private static String requireId(String eventId) {
    if (!CloudEvents.isId(eventId)) {
      throw new IllegalArgumentException("no id of an event: " + eventId);
    }
    return eventId;
  }

  private static boolean isKey(SubscriptionKey key) {
    return Subscriptions.isName(key.name()) && (key.uid().isEmpty() || isUid(key.uid()));
  }

  private static boolean isUid(String text) {
    return UID.matcher(text).matches();
  }
}
