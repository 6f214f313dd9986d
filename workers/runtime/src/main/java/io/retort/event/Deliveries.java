package io.retort.event;

import static java.util.Objects.requireNonNull;

import io.retort.layout.RunLayout;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.Delivery;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * Deliveries in the store: {@code deliveries/SUBSCRIPTION/DAY/EVENT.json}, so that old ones are
 * deleted by the day.
 */
public final class Deliveries {
  private static final String SUFFIX = ".json";

  private final Store store;
  private final String storeUri;

  public Deliveries(Store store, String storeUri) {
    this.store = store;
    this.storeUri = storeUri;
  }

  /** Empty for an event that is not delivered to the subscription. */
  public Optional<Delivery> read(String subscription, String eventId) throws IOException {
    return Subscriptions.isName(subscription) && CloudEvents.isId(eventId)
        ? StoredMessages.read(store, uri(subscription, eventId), Delivery.getDefaultInstance())
        : Optional.empty();
  }

  /** Stores a delivery unless it is stored; returns the one that is stored then. */
  Delivery open(Delivery delivery) throws IOException {
    byte[] bytes = StoredMessages.bytes(delivery);
    if (store.writeIfAbsent(
        uri(delivery.getSubscription(), delivery.getEventId()), output -> output.write(bytes))) {
      return delivery;
    }
    return read(delivery.getSubscription(), delivery.getEventId()).orElse(delivery);
  }

  /** Changes a delivery; empty if it does not exist. */
  public Optional<Delivery> update(
      String subscription, String eventId, UnaryOperator<Delivery> change) throws IOException {
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
                      (Delivery)
                          ProtoJson.parse(
                              new String(bytes.get(), StandardCharsets.UTF_8),
                              Delivery.newBuilder(),
                              uri));
              written.set(Optional.of(changed));
              return Optional.of(StoredMessages.bytes(changed));
            });
    return requireNonNull(written.get());
  }

  /**
   * The newest events first, without their bodies.
   *
   * @param before only events whose id is less; empty for all
   */
  public List<Delivery> list(String subscription, String before, int limit) throws IOException {
    List<Delivery> page = new ArrayList<>();
    for (String day : newestFirst(folder(subscription))) {
      if (page.size() >= limit) {
        break;
      }
      if (!before.isEmpty() && day.compareTo(before) > 0) {
        continue;
      }
      for (String name : newestFirst(Store.resolve(folder(subscription), day))) {
        String id = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : "";
        if (page.size() < limit && (before.isEmpty() || id.compareTo(before) < 0)) {
          read(subscription, id)
              .ifPresent(delivery -> page.add(delivery.toBuilder().clearBody().build()));
        }
      }
    }
    return page;
  }

  /**
   * Deletes those of earlier days.
   *
   * @param day {@code yyyymmdd}
   */
  public void deleteBefore(String subscription, String day) throws IOException {
    for (String older : store.list(folder(subscription))) {
      if (older.compareTo(day) < 0) {
        store.delete(Store.resolve(folder(subscription), older));
      }
    }
  }

  /** Deletes all deliveries of a subscription; those under way then end. */
  public void delete(String subscription) throws IOException {
    store.delete(folder(subscription));
  }

  private List<String> newestFirst(String folder) throws IOException {
    return store.list(folder).stream().sorted(Comparator.reverseOrder()).toList();
  }

  private String uri(String subscription, String eventId) {
    if (!CloudEvents.isId(eventId)) {
      throw new IllegalArgumentException("no id of an event: " + eventId);
    }
    return Store.resolve(folder(subscription), CloudEvents.day(eventId) + "/" + eventId + SUFFIX);
  }

  private String folder(String subscription) {
    if (!Subscriptions.isName(subscription)) {
      throw new IllegalArgumentException("no name of a subscription: " + subscription);
    }
    return RunLayout.deliveries(storeUri, subscription);
  }
}
