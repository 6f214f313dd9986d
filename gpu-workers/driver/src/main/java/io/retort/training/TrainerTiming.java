package io.retort.training;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Time limits of the activity.
 *
 * @param poll interval between two status queries of a running trainer
 * @param call limit for one response of the trainer
 * @param firstAnswer limit for the first response of a new trainer's process
 * @param stopGrace limit for a trainer that was requested to stop, before it is killed; below the
 *     activity's heartbeat timeout
 */
public record TrainerTiming(
    Duration poll, Duration call, Duration firstAnswer, Duration stopGrace) {
  public static final TrainerTiming DEFAULT =
      new TrainerTiming(
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofMinutes(10),
          Duration.ofSeconds(30));

  public TrainerTiming {
    requireNonNull(poll, "poll");
    requireNonNull(call, "call");
    requireNonNull(firstAnswer, "firstAnswer");
    requireNonNull(stopGrace, "stopGrace");
  }
}
