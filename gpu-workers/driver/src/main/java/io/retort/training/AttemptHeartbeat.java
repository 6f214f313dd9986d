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

/** What an attempt tells of its trainer: to the server with each beat, and to the next attempt. */
final class AttemptHeartbeat {
  private static final Logger logger = LoggerFactory.getLogger(AttemptHeartbeat.class);

  private final ActivityExecutionContext context;
  private final TrainerHeartbeat.Builder told;

  private AttemptHeartbeat(ActivityExecutionContext context, TrainerHeartbeat.Builder told) {
    this.context = context;
    this.told = told;
  }

  /** Goes on where the attempt before, if there was one, ended. */
  static AttemptHeartbeat resume(ActivityExecutionContext context, String name) {
    TrainerHeartbeat.Builder told = TrainerHeartbeat.newBuilder();
    Optional<TrainerHeartbeat> previous = context.getLastHeartbeatDetails(TrainerHeartbeat.class);
    if (previous.isPresent()) {
      told.mergeFrom(previous.get());
      logger.info(
          "{}: attempt {} goes on at {} {} of {}, last checkpoint \"{}\"",
          name,
          context.getInfo().getAttempt(),
          told.getProgress().getUnit(),
          told.getProgress().getDone(),
          told.getProgress().getTotal(),
          told.getProgress().getCheckpointUri());
    }
    told.setActorName(name)
        .setState(TrainerState.TRAINER_STATE_STARTING)
        .clearWaitingFor()
        .clearWaitingPlace();
    return new AttemptHeartbeat(context, told);
  }

  void beat() {
    context.heartbeat(told.build());
  }

  /** Whether the job waits for resources, in this or an earlier attempt. */
  boolean hasWaited() {
    return told.hasWaitingSince();
  }

  /** Since when the job has waited for resources, over all attempts. */
  Instant waitingSince(Instant now) {
    if (!told.hasWaitingSince()) {
      told.setWaitingSince(timestamp(now));
    }
    return instant(told.getWaitingSince());
  }

  /**
   * @param wanted the resources, for people
   * @param place among those that wait, 0 where it has none yet
   */
  void waiting(String wanted, int place) {
    told.setWaitingFor(wanted).setWaitingPlace(place);
  }

  void placed() {
    told.clearWaitingFor().clearWaitingPlace().clearWaitingSince();
  }

  /** Whether a trainer of this or an earlier attempt has had the resources. */
  boolean hasTrained() {
    return told.hasTrainingStartedAt();
  }

  /** When the first trainer of all attempts began. */
  Instant trainingStarted(Instant now) {
    if (!told.hasTrainingStartedAt()) {
      told.setTrainingStartedAt(timestamp(now));
    }
    return instant(told.getTrainingStartedAt());
  }

  TrainerState state() {
    return told.getState();
  }

  TrainerProgress progress() {
    return told.getProgress();
  }

  void observe(TrainerStatus status) {
    told.setState(status.getState());
    if (status.hasProgress()) {
      told.setProgress(status.getProgress());
    }
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamps.fromMillis(instant.toEpochMilli());
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochMilli(Timestamps.toMillis(timestamp));
  }
}
