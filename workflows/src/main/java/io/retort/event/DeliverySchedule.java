package io.retort.event;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/** When a delivery is attempted, as Standard Webhooks proposes. */
final class DeliverySchedule {
  private static final List<Duration> DELAYS =
      List.of(
          Duration.ZERO,
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(14),
          Duration.ofHours(20),
          Duration.ofHours(24));

  /** Of a delay: receivers that come back are not asked by all deliveries at once. */
  private static final double JITTER = 0.2;

  static final int ATTEMPTS = DELAYS.size();

  /**
   * The delay before an attempt: up to a fifth longer than planned.
   *
   * @param attempt from 0
   */
  static Duration before(int attempt, Random random) {
    Duration delay = DELAYS.get(attempt);
    return delay.plusMillis(Math.round(delay.toMillis() * JITTER * random.nextDouble()));
  }

  private DeliverySchedule() {}
}
