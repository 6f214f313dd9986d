package io.retort.training;

import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.ResourceSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.retort.v1.TrainerState;
import io.retort.v1.TrainerStatus;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityNotExistsException;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at one job: adopts or creates the trainer, then follows it to its end.
 *
 * <p>The trainer is released when the job has ended, was cancelled, or exceeded its time. It keeps
 * running if this attempt merely lost contact with it, so that the next attempt adopts it.
 */
final class TrainerAttempt {
  private static final Logger logger = LoggerFactory.getLogger(TrainerAttempt.class);

  private final ActivityExecutionContext context;
  private final TrainerJob job;
  private final JobKind kind;
  private final String name;
  private final TrainerGateway gateway;
  private final ResourceSpec resources;
  private final WorkflowLiveness workflows;
  private final TrainerMetrics metrics;
  private final TrainerTiming timing;
  private final Pacer pacer;
  private final AttemptFailures failures;
  private final AttemptHeartbeat heartbeat;
  private final PlacementWait placement;
  private Optional<TrainerHandle> started = Optional.empty();

  TrainerAttempt(
      ActivityExecutionContext context,
      TrainerJob job,
      JobKind kind,
      TrainerGateway gateway,
      WorkflowLiveness workflows,
      WaitingTrainers waiting,
      TrainerMetrics metrics,
      TrainerTiming timing,
      Pacer pacer) {
    this.context = context;
    this.job = job;
    this.kind = kind;
    // Only training uses several ranks.
    resources =
        kind.isTraining() ? job.getResources() : job.getResources().toBuilder().setRanks(1).build();
    this.name = job.getRunId() + "/" + job.getJobName();
    this.gateway = gateway;
    this.workflows = workflows;
    this.metrics = metrics;
    this.timing = timing;
    this.pacer = pacer;
    failures = new AttemptFailures(name);
    heartbeat = AttemptHeartbeat.resume(context, name);
    placement =
        new PlacementWait(name, resources, gateway, waiting, heartbeat, failures, timing, pacer);
  }

  TrainerResult run() throws InterruptedException {
    try {
      heartbeat.beat();
      TrainerHandle trainer = adoptOrCreate();
      return follow(trainer, start(trainer));
    } catch (ActivityCanceledException e) {
      logger.info("{}: cancelled, stopping the trainer", name);
      stopAndRelease();
      throw e;
    } catch (ActivityNotExistsException e) {
      if (isAbandoned()) {
        logger.info("{}: the workflow has ended, stopping the trainer", name);
        stopAndRelease();
      }
      throw e;
    } catch (TrainerException.Lost e) {
      throw failures.lost(e);
    } catch (TrainerException.Unreachable e) {
      throw failures.rayUnreachable(e);
    }
  }

  private TrainerHandle adoptOrCreate() throws TrainerException.Unreachable, InterruptedException {
    Optional<TrainerHandle> running = gateway.find(name);
    if (running.isPresent()) {
      started = running;
      try {
        awaitAnswer(running.get());
        heartbeat.placed();
        metrics.adopted(kind);
        logger.info("{}: adopted", name);
        return running.get();
      } catch (TrainerException.Died e) {
        logger.info("{}: the trainer of an earlier attempt has died: {}", name, e.getMessage());
        release();
      }
    }
    return create();
  }

  private TrainerHandle create() throws TrainerException.Unreachable, InterruptedException {
    awaitPlacement();
    TrainerHandle trainer = gateway.create(name, resources);
    logger.info("{}: created", name);
    try {
      awaitAnswer(trainer);
    } catch (TrainerException.Died e) {
      throw died(e);
    }
    return trainer;
  }

  private void awaitPlacement() throws TrainerException.Unreachable, InterruptedException {
    try {
      placement.await();
    } catch (TrainerException.Misbehaved e) {
      release();
      throw failures.misbehaved(e);
    } catch (ApplicationFailure e) {
      if (placement.isReserved()) {
        release();
      }
      throw e;
    }
  }

  private void awaitAnswer(TrainerHandle trainer)
      throws TrainerException.Lost, TrainerException.Died, InterruptedException {
    awaitFirst(
        () -> {
          trainer.ping(timing.call());
          return TrainerStatus.getDefaultInstance();
        });
  }

  private TrainerStatus start(TrainerHandle trainer)
      throws TrainerException.Lost, InterruptedException {
    started = Optional.of(trainer);
    long token = FencingToken.of(context.getInfo());
    TrainerStatus status;
    try {
      status = awaitFirst(() -> trainer.start(job, token, timing.call()));
    } catch (TrainerException.Died e) {
      throw died(e);
    }
    if (status.getError().getType().equals("FENCED")) {
      // A newer attempt owns the trainer, so this attempt must not kill it.
      throw Failures.toApplicationFailure(status.getError(), null);
    }
    return status;
  }

  /** Waits, heartbeating, for a process that is still starting. */
  private TrainerStatus awaitFirst(TrainerCall call)
      throws TrainerException.Lost, TrainerException.Died, InterruptedException {
    Instant deadline = pacer.now().plus(timing.firstAnswer());
    while (true) {
      try {
        return call.ask();
      } catch (TrainerException.Lost | TrainerException.Died e) {
        throw e;
      } catch (TrainerException.Unreachable e) {
        if (!pacer.now().isBefore(deadline)) {
          throw failures.unreachable(timing.firstAnswer(), e);
        }
        heartbeat.beat();
        pacer.pause(timing.poll());
      } catch (TrainerException e) {
        release();
        throw failures.misbehaved(e);
      }
    }
  }

  private TrainerResult follow(TrainerHandle trainer, TrainerStatus first)
      throws TrainerException.Lost, InterruptedException {
    Duration allowed = Duration.ofSeconds(job.getResources().getActiveDeadlineSeconds());
    Instant deadline = heartbeat.trainingStarted(pacer.now()).plus(allowed);
    TrainerStatus status = first;
    while (true) {
      observe(status);
      Optional<TrainerResult> result = end(status);
      if (result.isPresent()) {
        return result.get();
      }
      heartbeat.beat();
      if (!pacer.now().isBefore(deadline)) {
        return endByDeadline(allowed);
      }
      pacer.pause(timing.poll());
      status = nextStatus(trainer);
    }
  }

  private void observe(TrainerStatus status) {
    if (status.getState() != heartbeat.state()) {
      logger.info("{}: {}", name, status.getState());
    }
    heartbeat.observe(status);
    if (status.hasProgress()) {
      metrics.progressed(kind, status.getProgress());
    }
  }

  /** The result of a job that has succeeded; empty while it runs. */
  private Optional<TrainerResult> end(TrainerStatus status) {
    switch (status.getState()) {
      case TRAINER_STATE_STARTING, TRAINER_STATE_RUNNING -> {
        return Optional.empty();
      }
      case TRAINER_STATE_SUCCEEDED -> {
        release();
        if (!isResultOfJob(status.getResult())) {
          throw failures.wrongResult(status.getResult().getResultCase(), job.getJobCase());
        }
        return Optional.of(status.getResult());
      }
      case TRAINER_STATE_FAILED -> {
        release();
        Failure error = status.getError();
        logger.warn(
            "{}: {} {}\n{}", name, error.getType(), error.getMessage(), error.getTraceback());
        throw failures.reported(error);
      }
      case TRAINER_STATE_STOPPED -> {
        release();
        throw failures.stopped();
      }
      case TRAINER_STATE_UNSPECIFIED, UNRECOGNIZED -> {
        release();
        throw failures.wrongState(status.getState());
      }
    }
    throw new AssertionError(status.getState());
  }

  /**
   * The next status. While the trainer cannot be reached, no heartbeats are sent, because nothing
   * shows that it makes progress. This attempt ends shortly before its heartbeat timeout, and the
   * next one adopts the trainer.
   */
  private TrainerStatus nextStatus(TrainerHandle trainer)
      throws TrainerException.Lost, InterruptedException {
    Duration patience = context.getInfo().getHeartbeatTimeout().multipliedBy(4).dividedBy(5);
    Instant deadline = pacer.now().plus(patience);
    while (true) {
      try {
        return trainer.status(timing.call());
      } catch (TrainerException.Lost e) {
        throw e;
      } catch (TrainerException.Unreachable e) {
        logger.warn("{}: no status: {}", name, e.getMessage());
        if (!pacer.now().isBefore(deadline)) {
          throw failures.unreachable(patience, e);
        }
        pacer.pause(timing.poll());
      } catch (TrainerException.Died e) {
        throw died(e);
      } catch (TrainerException e) {
        release();
        throw failures.misbehaved(e);
      }
    }
  }

  private TrainerResult endByDeadline(Duration allowed) throws InterruptedException {
    logger.info("{}: active deadline of {} s, stopping the trainer", name, allowed.toSeconds());
    Optional<TrainerStatus> last = stopGracefully();
    release();
    if (last.isPresent()
        && last.get().getState() == TrainerState.TRAINER_STATE_SUCCEEDED
        && isResultOfJob(last.get().getResult())) {
      return last.get().getResult();
    }
    throw failures.trainedTooLong(allowed, heartbeat.progress());
  }

  private void stopAndRelease() throws InterruptedException {
    Optional<TrainerStatus> unused = stopGracefully();
    release();
  }

  /**
   * Requests the trainer to stop and waits for its end, at most the grace period.
   *
   * @return the last status; empty if there is no trainer or it reported none
   */
  private Optional<TrainerStatus> stopGracefully() throws InterruptedException {
    if (started.isEmpty()) {
      return Optional.empty();
    }
    TrainerHandle trainer = started.get();
    Instant deadline = pacer.now().plus(timing.stopGrace());
    Optional<TrainerStatus> last = Optional.empty();
    boolean asked = false;
    while (pacer.now().isBefore(deadline)) {
      try {
        TrainerStatus status = asked ? trainer.status(timing.call()) : trainer.stop(timing.call());
        asked = true;
        last = Optional.of(status);
        if (isTerminal(status.getState())) {
          return last;
        }
      } catch (TrainerException.Lost e) {
        logger.info("{}: lost while it was being stopped: {}", name, e.getMessage());
        return last;
      } catch (TrainerException.Unreachable e) {
        logger.warn("{}: no answer to stop: {}", name, e.getMessage());
      } catch (TrainerException e) {
        logger.info("{}: ended while it was being stopped: {}", name, e.getMessage());
        return last;
      }
      pacer.pause(timing.poll());
    }
    logger.warn("{}: did not stop within {} s, killing it", name, timing.stopGrace().toSeconds());
    return last;
  }

  private boolean isAbandoned() {
    try {
      return !workflows.isOpen(context.getInfo());
    } catch (RuntimeException e) {
      logger.warn(
          "{}: cannot find out whether the workflow has ended; leaving the trainer", name, e);
      return false;
    }
  }

  /**
   * Releases the trainer; never hides the outcome of the job. The next attempt, or a sweep,
   * releases what remains.
   */
  private void release() {
    started = Optional.empty();
    try {
      gateway.release(name);
    } catch (TrainerException.Unreachable e) {
      logger.warn("{}: could not be released: {}", name, e.getMessage());
    }
  }

  private ApplicationFailure died(TrainerException.Died cause) {
    release();
    return failures.died(heartbeat.progress(), cause);
  }

  private boolean isResultOfJob(TrainerResult result) {
    return switch (job.getJobCase()) {
      case TRAINING -> result.hasTraining();
      case GENERATION -> result.hasGeneration();
      case EXPORT -> result.hasExport();
      case JOB_NOT_SET -> false;
    };
  }

  private static boolean isTerminal(TrainerState state) {
    return switch (state) {
      case TRAINER_STATE_SUCCEEDED, TRAINER_STATE_FAILED, TRAINER_STATE_STOPPED -> true;
      case TRAINER_STATE_STARTING, TRAINER_STATE_RUNNING, TRAINER_STATE_UNSPECIFIED, UNRECOGNIZED ->
          false;
    };
  }

  /** One call to a trainer. */
  @FunctionalInterface
  private interface TrainerCall {
    TrainerStatus ask() throws TrainerException;
  }
}
