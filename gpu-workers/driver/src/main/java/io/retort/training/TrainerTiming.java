package io.retort.training;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long the activity waits for what.
 *
 * @param poll interval between two status queries of a running trainer
 * @param call for one answer of the trainer
 * @param firstAnswer for the first answer of a new trainer's process
 * @param stopGrace for a trainer that was asked to stop, before it is killed; below the activity's
 *     heartbeat timeout
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
