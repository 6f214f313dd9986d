package io.retort.training;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerProgress;
import io.retort.v1.TrainerState;
import io.retort.v1.TrainerStatus;
import io.temporal.activity.ActivityExecutionContext;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The heartbeat details of a trainer: sent with each beat, and read by the next attempt. */
final class AttemptHeartbeat {
  private static final Logger logger = LoggerFactory.getLogger(AttemptHeartbeat.class);

  private final ActivityExecutionContext context;
  private final TrainerHeartbeat.Builder details;

  private AttemptHeartbeat(ActivityExecutionContext context, TrainerHeartbeat.Builder details) {
    this.context = context;
    this.details = details;
  }

  /** Continues from the details of the previous attempt, if any. */
  static AttemptHeartbeat resume(ActivityExecutionContext context, String name) {
    TrainerHeartbeat.Builder details = TrainerHeartbeat.newBuilder();
    Optional<TrainerHeartbeat> previous = context.getLastHeartbeatDetails(TrainerHeartbeat.class);
    if (previous.isPresent()) {
      details.mergeFrom(previous.get());
      logger.info(
          "{}: attempt {} continues at {} {} of {}, last checkpoint \"{}\"",
          name,
          context.getInfo().getAttempt(),
          details.getProgress().getUnit(),
          details.getProgress().getDone(),
          details.getProgress().getTotal(),
          details.getProgress().getCheckpointUri());
    }
    details
        .setActorName(name)
        .setState(TrainerState.TRAINER_STATE_STARTING)
        .clearWaitingFor()
        .clearWaitingPlace();
    return new AttemptHeartbeat(context, details);
  }

  void beat() {
    context.heartbeat(details.build());
  }

  /** Whether the job waits for resources, in this or an earlier attempt. */
  boolean hasWaited() {
    return details.hasWaitingSince();
  }

  /** Time since which the job has waited for resources, over all attempts. */
  Instant waitingSince(Instant now) {
    if (!details.hasWaitingSince()) {
      details.setWaitingSince(timestamp(now));
    }
    return instant(details.getWaitingSince());
  }

  /**
   * @param wanted the resources, for people
   * @param place position among waiting trainers, 0 if it has none yet
   */
  void waiting(String wanted, int place) {
    details.setWaitingFor(wanted).setWaitingPlace(place);
  }

  void placed() {
    details.clearWaitingFor().clearWaitingPlace().clearWaitingSince();
  }

  /** Whether a trainer of this or an earlier attempt has had the resources. */
  boolean hasTrained() {
    return details.hasTrainingStartedAt();
  }

  /** When the first trainer of all attempts began. */
  Instant trainingStarted(Instant now) {
    if (!details.hasTrainingStartedAt()) {
      details.setTrainingStartedAt(timestamp(now));
    }
    return instant(details.getTrainingStartedAt());
  }

  TrainerState state() {
    return details.getState();
  }

  TrainerProgress progress() {
    return details.getProgress();
  }

  void observe(TrainerStatus status) {
    details.setState(status.getState());
    if (status.hasProgress()) {
      details.setProgress(status.getProgress());
    }
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamps.fromMillis(instant.toEpochMilli());
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochMilli(Timestamps.toMillis(timestamp));
  }
}
