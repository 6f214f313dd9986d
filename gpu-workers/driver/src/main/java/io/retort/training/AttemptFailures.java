package io.retort.training;

import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerProgress;
import io.retort.v1.TrainerResult;
import io.retort.v1.TrainerState;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;

/** Failures of the attempts at one job. */
final class AttemptFailures {
  /**
   * Delay before a task that an ending driver hands over is retried. Temporal may still give such a
   * task to the driver until it has ended, and would detect that only at the heartbeat timeout.
   */
  private static final Duration HAND_OVER = Duration.ofSeconds(5);

  private final String name;

  AttemptFailures(String name) {
    this.name = name;
  }

  /**
   * The cluster is gone: another driver continues, usually with a new trainer on another cluster.
   */
  ApplicationFailure lost(TrainerException.Lost cause) {
    return handedOver(
        Failures.platform(
            "RAY_LOST",
            cause.getMessage()
                + "; the next attempt adopts the trainer, or resumes from the last complete checkpoint",
            cause));
  }

  static ApplicationFailure driverStopped(Exception cause) {
    return handedOver(
        Failures.platform(
            "DRIVER_STOPPED", "the driver stopped; the next attempt adopts the trainer", cause));
  }

  ApplicationFailure rayUnreachable(TrainerException.Unreachable cause) {
    return Failures.platform("RAY_UNREACHABLE", name + ": " + cause.getMessage(), cause);
  }

  ApplicationFailure unreachable(Duration patience, TrainerException cause) {
    return Failures.platform(
        "TRAINER_UNREACHABLE",
        name
            + ": no answer for "
            + patience.toSeconds()
            + " s; it was left running for the next attempt to adopt",
        cause);
  }

  ApplicationFailure died(TrainerProgress last, TrainerException.Died cause) {
    return Failures.platform(
        "TRAINER_DIED",
        name
            + ": the trainer's process ended at "
            + last.getDone()
            + " of "
            + last.getTotal()
            + " "
            + last.getUnit()
            + "; the next attempt resumes from the last complete checkpoint",
        cause);
  }

  ApplicationFailure misbehaved(TrainerException cause) {
    return Failures.platform("TRAINER_PROTOCOL", name + ": " + cause.getMessage(), cause);
  }

  ApplicationFailure stopped() {
    return Failures.platform(
        "TRAINER_STOPPED", name + ": stopped without a request; the next attempt resumes it", null);
  }

  ApplicationFailure wrongState(TrainerState state) {
    return Failures.platform(
        "TRAINER_PROTOCOL",
        name + ": state " + state + " (expected: one that this driver knows)",
        null);
  }

  ApplicationFailure wrongResult(TrainerResult.ResultCase found, TrainerJob.JobCase expected) {
    return Failures.platform(
        "TRAINER_PROTOCOL",
        name + ": succeeded with result " + found + " (expected: one of " + expected + ")",
        null);
  }

  /** A failure reported by the trainer itself. */
  ApplicationFailure reported(Failure error) {
    Failure.Builder reported =
        Failure.newBuilder()
            .setCategory(error.getCategory())
            .setType(error.getType().isEmpty() ? "TRAINER_FAILED" : error.getType())
            .setMessage(name + ": " + error.getMessage());
    if (error.getCategory() == FailureCategory.FAILURE_CATEGORY_UNSPECIFIED) {
      reported.setCategory(FailureCategory.FAILURE_CATEGORY_PLATFORM);
    }
    return Failures.toApplicationFailure(reported.build(), null);
  }

  ApplicationFailure infeasible(String lack) {
    return nonRetryable(
        FailureCategory.FAILURE_CATEGORY_RESOURCE, "INFEASIBLE", name + ": " + lack);
  }

  ApplicationFailure waitedTooLong(Duration patience, String wanted) {
    return nonRetryable(
        FailureCategory.FAILURE_CATEGORY_RESOURCE,
        "WAITING_DEADLINE",
        name
            + ": waited "
            + patience.toSeconds()
            + " s for "
            + wanted
            + " (expected: within resources.waiting_deadline_seconds)");
  }

  ApplicationFailure trainedTooLong(Duration allowed, TrainerProgress last) {
    return nonRetryable(
        FailureCategory.FAILURE_CATEGORY_TIMEOUT,
        TrainerActivities.ACTIVE_DEADLINE,
        name
            + ": did not end in "
            + allowed.toSeconds()
            + " s (expected: within resources.active_deadline_seconds); last checkpoint \""
            + last.getCheckpointUri()
            + "\"");
  }

  private static ApplicationFailure handedOver(ApplicationFailure failure) {
    failure.setNextRetryDelay(HAND_OVER);
    return failure;
  }

  private static ApplicationFailure nonRetryable(
      FailureCategory category, String type, String message) {
    ApplicationFailure failure =
        Failures.toApplicationFailure(Failures.of(category, type, message), null);
    failure.setNonRetryable(true);
    return failure;
  }
}
