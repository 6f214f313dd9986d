package io.retort.subscription;

import io.retort.activity.TaskQueues;
import io.retort.event.DeliveryActivities;
import io.retort.worker.DaemonThreads;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the activities that call receivers. It starts beside the server, which also serves while
 * Temporal does not answer.
 */
final class DeliveryWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryWorker.class);
  private static final int ACTIVITIES_AT_ONCE = 100;
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration FINISH_TIMEOUT = Duration.ofSeconds(5);

  private final WorkflowClient client;
  private final DeliveryActivities activities;
  private final ScheduledExecutorService starter =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("deliveries"));
  private WorkerFactory factory;
  private boolean complained;
  private boolean closed;

  private DeliveryWorker(WorkflowClient client, DeliveryActivities activities) {
    this.client = client;
    this.activities = activities;
    factory = factory();
  }

  /** Returns at once. */
  static DeliveryWorker start(WorkflowClient client, DeliveryActivities activities) {
    DeliveryWorker worker = new DeliveryWorker(client, activities);
    worker.starter.execute(worker::attempt);
    return worker;
  }

  private WorkerFactory factory() {
    WorkerFactory created = WorkerFactory.newInstance(client);
    Worker worker =
        created.newWorker(
            TaskQueues.EVENTS,
            WorkerOptions.newBuilder()
                .setMaxConcurrentActivityExecutionSize(ACTIVITIES_AT_ONCE)
                .setMaxConcurrentActivityTaskPollers(2)
                .build());
    worker.registerActivitiesImplementations(activities);
    return created;
  }

  private synchronized void attempt() {
    if (closed) {
      return;
    }
    try {
      factory.start();
    } catch (RuntimeException e) {
      if (!complained) {
        complained = true;
        LOG.warn(
            "Temporal does not answer: events are not delivered until it does ({})",
            e.getMessage());
      }
      // One that has failed to start cannot be started again.
      factory.shutdownNow();
      factory = factory();
      ScheduledFuture<?> unused =
          starter.schedule(this::attempt, RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Gives activities some time to finish. */
  @Override
  public void close() {
    starter.shutdownNow();
    synchronized (this) {
      closed = true;
      factory.shutdown();
      factory.awaitTermination(FINISH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (!factory.isTerminated()) {
        factory.shutdownNow();
      }
    }
  }
}
