package io.retort.training;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The trainers of this driver that the cluster cannot place yet, oldest first.
 *
 * <p>Trainers of other drivers are not included, because Ray does not report when a placement group
 * was requested. Ray itself may place a newer trainer first if it is smaller.
 */
final class WaitingTrainers {
  private final Map<String, Instant> since = new ConcurrentHashMap<>();

  /** Position of a trainer that has waited since the given time, starting at 1. */
  int place(String name, Instant waitingSince) {
    since.put(name, waitingSince);
    long older =
        since.entrySet().stream().filter(other -> isBefore(other, name, waitingSince)).count();
    return Math.toIntExact(older + 1);
  }

  void leave(String name) {
    since.remove(name);
  }

  private static boolean isBefore(
      Map.Entry<String, Instant> other, String name, Instant waitingSince) {
    int order = other.getValue().compareTo(waitingSince);
    return order < 0 || (order == 0 && other.getKey().compareTo(name) < 0);
  }
}
