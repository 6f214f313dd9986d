package io.retort.trigger;

import io.retort.activity.TaskQueues;
import io.retort.worker.DaemonThreads;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's part in Temporal: it hosts the activities that fire triggers, and brings
 * schedules and watches in line with the store, at the start and from time to time. Both begin once
 * Temporal answers; the API does not wait for it.
 */
final class TriggerWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TriggerWorker.class);
  private static final int FIRINGS_AT_ONCE = 8;
  private static final Duration RETRY = Duration.ofSeconds(10);
  private static final Duration PERIOD = Duration.ofMinutes(5);
  private static final long SHUTDOWN_SECONDS = 5;

  private final TriggerSources sources;
  private final WorkerFactory factory;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("triggers"));
  private boolean started;

  /** Until the next pass if this one fails; longer after each. */
  private Duration retry = RETRY;

  private long nextNanos = System.nanoTime();

  TriggerWorker(WorkflowClient client, TriggerActivities activities, TriggerSources sources) {
    this.sources = sources;
    factory = WorkerFactory.newInstance(client);
    Worker worker =
        factory.newWorker(
            TaskQueues.CONTROL,
            WorkerOptions.newBuilder()
                .setMaxConcurrentActivityExecutionSize(FIRINGS_AT_ONCE)
                .build());
    worker.registerActivitiesImplementations(activities);
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(this::work, 0, RETRY.toSeconds(), TimeUnit.SECONDS);
  }

  private void work() {
    try {
      if (!started) {
        // Fails where Temporal does not answer.
        factory.start();
        started = true;
      }
      if (System.nanoTime() - nextNanos >= 0) {
        reconcile();
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "schedules and watches do not follow the triggers yet; tried again: {}", e.toString());
      LOG.debug("cause", e);
    }
  }

  private void reconcile() throws IOException {
    Duration next = retry;
    retry = retry.multipliedBy(2).compareTo(PERIOD) < 0 ? retry.multipliedBy(2) : PERIOD;
    try {
      sources.reconcile();
      next = PERIOD;
      retry = RETRY;
    } finally {
      nextNanos = System.nanoTime() + next.toNanos();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    factory.shutdown();
    factory.awaitTermination(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    factory.shutdownNow();
  }
}
