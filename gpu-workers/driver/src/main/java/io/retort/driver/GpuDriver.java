package io.retort.driver;

import io.retort.activity.TaskQueues;
import io.retort.ray.RayAddress;
import io.retort.ray.RayConnection;
import io.retort.training.AbandonedTrainers;
import io.retort.training.ResourceActivitiesImpl;
import io.retort.training.TrainerActivitiesImpl;
import io.retort.training.TrainerGateway;
import io.retort.training.TrainerMetrics;
import io.retort.training.TrainerTiming;
import io.retort.training.WantedTrainers;
import io.retort.training.WorkflowLiveness;
import io.retort.worker.ConfigurationException;
import io.retort.worker.DaemonThreads;
import io.retort.worker.Environment;
import io.retort.worker.MetricsServer;
import io.retort.worker.PollerWatch;
import io.retort.worker.PollerWatch.PolledQueue;
import io.retort.worker.ProcessMain;
import io.retort.worker.TemporalConnection;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import io.temporal.worker.tuning.CompositeTuner;
import io.temporal.worker.tuning.FixedSizeSlotSupplier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPU driver's process: the Temporal worker that holds trainers on Ray.
 *
 * <ul>
 *   <li>{@code RETORT_RAY_ADDRESS}: host:port of the Ray head; required
 *   <li>{@code RETORT_TRAINER_PATH}: folders with the Python package retort_trainer, on Ray's
 *       nodes; required
 *   <li>{@code RETORT_GPU_SLOTS}: trainers held at once; by default the number of the cluster's
 *       GPUs, or 1 if it has none
 *   <li>the variables of {@link MetricsServer} and {@link TemporalConnection}
 * </ul>
 *
 * Stopping the driver leaves trainers running; the next driver adopts them. If Ray cannot be
 * reached, the driver waits. It exits with
 *
 * <ul>
 *   <li>2 if its configuration is invalid
 *   <li>{@value #RAY_LOST} if the Ray cluster that it had joined is gone, after its activities have
 *       been handed over. Ray's library cannot join another cluster in the same process, so the
 *       driver's supervisor has to restart it
 *   <li>1 if anything else failed
 * </ul>
 */
public final class GpuDriver {
  private static final Logger logger = LoggerFactory.getLogger(GpuDriver.class);

  /** Exit code. */
  static final int RAY_LOST = 3;

  private static final String RAY_ADDRESS = "RETORT_RAY_ADDRESS";
  private static final String TRAINER_PATH = "RETORT_TRAINER_PATH";
  private static final String GPU_SLOTS = "RETORT_GPU_SLOTS";
  private static final int POLLERS = 5;

  // The worker runs no workflows, but the SDK requires a number of slots for them.
  private static final int NO_WORKFLOWS = 2;

  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(20);

  // Heartbeats must not be throttled, because the response to a heartbeat reports a cancelled run.
  private static final Duration HEARTBEAT_THROTTLE = Duration.ofSeconds(2);

  /** Longer than the time an attempt needs to stop its trainer. */
  private static final Duration SWEEP_PERIOD = TrainerTiming.DEFAULT.stopGrace().multipliedBy(4);

  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  public static void main(String[] arguments) {
    ProcessMain.run(
        "GPU driver",
        () -> {
          if (!new GpuDriver().run(Environment.system())) {
            // Not by exit(): Ray's library would end the process with its own exit code.
            Runtime.getRuntime().halt(RAY_LOST);
          }
        });
  }

  /**
   * Polls until the process is terminated, or the Ray cluster is gone.
   *
   * @return whether the cluster still exists
   */
  boolean run(Environment environment) throws InterruptedException {
    OptionalInt wanted = environment.integer(GPU_SLOTS);
    if (wanted.isPresent() && wanted.getAsInt() < 1) {
      throw new ConfigurationException(
          GPU_SLOTS + ": " + wanted.getAsInt() + " (expected: at least 1)");
    }
    RayAddress address = RayAddress.parse(RAY_ADDRESS, environment.require(RAY_ADDRESS));
    String trainerPath = requireTrainer(environment.require(TRAINER_PATH));
    address.awaitReachable(RAY_ADDRESS);
    try (MetricsServer metrics = MetricsServer.start(environment);
        TemporalConnection temporal = TemporalConnection.open(environment, metrics);
        RayConnection ray = RayConnection.open(address, trainerPath)) {
      GpuSlots slots = new GpuSlots(wanted.orElse(1));
      if (wanted.isEmpty()) {
        ray.onGpus(gpus -> slots.resize(slotsOf(gpus)));
        slots.resize(slotsOf(ray.gpus()));
      }
      ray.keepDuring(
          () -> {
            WorkerFactory factory = newFactory(temporal, metrics, ray.gateway(), slots);
            ScheduledExecutorService sweeps = scheduleSweeps(temporal, ray.gateway());
            Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
            CompletableFuture<Void> unused = ray.lost().thenRun(stopRequested::countDown);
            PollerWatch polls =
                PollerWatch.of(
                    temporal.client(),
                    List.of(
                        new PolledQueue(TaskQueues.GPU, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)));
            factory.start();
            awaitStop(
                polls,
                () ->
                    logger.info(
                        "the driver is ready: task queue {} with {} slots, Ray at {}, metrics on"
                            + " port {}",
                        TaskQueues.GPU,
                        slots.size(),
                        address,
                        metrics.port()));
            sweeps.shutdownNow();
            drain(factory);
          });
      return !ray.lost().isDone();
    } finally {
      stopped.countDown();
    }
  }

  private static int slotsOf(int gpus) {
    return Math.max(1, gpus);
  }

  private static WorkerFactory newFactory(
      TemporalConnection temporal, MetricsServer metrics, TrainerGateway gateway, GpuSlots slots) {
    WorkerFactory factory = temporal.newWorkerFactory();
    Worker worker =
        factory.newWorker(
            TaskQueues.GPU,
            WorkerOptions.newBuilder()
                .setWorkerTuner(
                    new CompositeTuner(
                        new FixedSizeSlotSupplier<>(NO_WORKFLOWS),
                        slots,
                        new FixedSizeSlotSupplier<>(NO_WORKFLOWS),
                        new FixedSizeSlotSupplier<>(NO_WORKFLOWS)))
                .setMaxConcurrentActivityTaskPollers(POLLERS)
                .setMaxHeartbeatThrottleInterval(HEARTBEAT_THROTTLE)
                .build());
    worker.registerActivitiesImplementations(
        new TrainerActivitiesImpl(
            gateway,
            WorkflowLiveness.of(temporal.client()),
            new TrainerMetrics(metrics.registry()),
            TrainerTiming.DEFAULT),
        new ResourceActivitiesImpl(gateway));
    return factory;
  }

  private static ScheduledExecutorService scheduleSweeps(
      TemporalConnection temporal, TrainerGateway gateway) {
    AbandonedTrainers abandoned =
        new AbandonedTrainers(gateway, WantedTrainers.isUnwanted(temporal.client()));
    ScheduledExecutorService sweeps =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("sweep"));
    ScheduledFuture<?> unused =
        sweeps.scheduleWithFixedDelay(
            abandoned::sweep, 0, SWEEP_PERIOD.toSeconds(), TimeUnit.SECONDS);
    return sweeps;
  }

  /**
   * Lets activities end at their next heartbeat, or at their next call to a lost cluster; trainers
   * keep running.
   */
  private static void drain(WorkerFactory factory) {
    factory.shutdown();
    factory.awaitTermination(DRAIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    factory.shutdownNow();
  }

  /** Checks the folder if it is visible here; Ray's nodes may have it at another location. */
  private static String requireTrainer(String path) {
    for (String folder : path.split(":", -1)) {
      if (Files.isDirectory(Path.of(folder, "retort_trainer"))) {
        return path;
      }
    }
    throw new ConfigurationException(
        TRAINER_PATH + ": " + path + " (expected: a folder that holds retort_trainer)");
  }

  /** Runs {@code ready} once Temporal has seen polls of this process. */
  private void awaitStop(PollerWatch polls, Runnable ready) {
    try {
      if (polls.await(stopRequested)) {
        ready.run();
      }
      stopRequested.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    stopRequested.countDown();
    try {
      boolean unused = stopped.await(DRAIN_TIMEOUT.toSeconds() + 10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
