package io.retort.pipeline;

import io.retort.activity.TaskQueues;
import io.retort.answers.AnswerChecker;
import io.retort.answers.FastAnswerChecker;
import io.retort.answers.PythonAnswerChecker;
import io.retort.curation.CurationStage;
import io.retort.evaluation.EvaluationActivitiesImpl;
import io.retort.event.Deliveries;
import io.retort.event.DeliveryClient;
import io.retort.event.DeliveryWorkflowImpl;
import io.retort.event.EventPublisher;
import io.retort.event.Subscriptions;
import io.retort.export.ExportActivitiesImpl;
import io.retort.ingest.Hub;
import io.retort.ingest.IngestActivitiesImpl;
import io.retort.ingest.LocationChecks;
import io.retort.judge.client.JudgeClient;
import io.retort.lane.LaneActivitiesImpl;
import io.retort.lane.LaneWorkflowImpl;
import io.retort.plan.AdmissionWorkflowImpl;
import io.retort.plan.PlanActivities;
import io.retort.plan.PlanActivitiesImpl;
import io.retort.plan.PlanWorkflowImpl;
import io.retort.preference.PairingStage;
import io.retort.python.PythonWorkers;
import io.retort.release.ComparisonActivitiesImpl;
import io.retort.release.ComparisonWorkflowImpl;
import io.retort.release.ReleaseActivitiesImpl;
import io.retort.rows.PromptActivitiesImpl;
import io.retort.rows.RowEngine;
import io.retort.rows.RowMetrics;
import io.retort.rows.RowSlots;
import io.retort.rows.RowStage;
import io.retort.rows.RowStageActivitiesImpl;
import io.retort.rows.RowStageWorkflowImpl;
import io.retort.rows.ShutdownSignal;
import io.retort.run.RunRecordActivitiesImpl;
import io.retort.run.RunWorkflowImpl;
import io.retort.run.RunWorkflowV1Impl;
import io.retort.stage.StageActivitiesImpl;
import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.student.PythonStudentChecker;
import io.retort.student.PythonTokenCounter;
import io.retort.student.StudentChecker;
import io.retort.student.TokenCounter;
import io.retort.trigger.ScheduledTriggerWorkflowImpl;
import io.retort.trigger.WatchActivities;
import io.retort.trigger.WatchActivitiesImpl;
import io.retort.trigger.WatchCheckWorkflowImpl;
import io.retort.trigger.WatchedTriggerWorkflowImpl;
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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hosts the workflows and all activities that need no GPU.
 *
 * <p>Environment: {@code RETORT_STORE} (root URI), {@code RETORT_DATA_ROOTS} (locations that specs
 * may name in addition to the store, see {@link DataRoots}; optional), {@code
 * RETORT_JUDGE_ADDRESSES} (separated by commas, see {@link JudgeClient}), {@code RETORT_PYTHON}
 * (interpreter of the trainer's environment, for answers that need computer algebra, code answers
 * and tokens; optional), {@code RETORT_TRAINER_PATH} (its search path; optional), {@code
 * RETORT_ROWS_IN_FLIGHT} (maximum number of rows processed at once, default 2048), {@code
 * RETORT_METRICS_PORT} and Temporal's own variables.
 */
public final class PipelineWorker {
  private static final Logger LOGGER = LoggerFactory.getLogger(PipelineWorker.class);

  /** Long, because judge workers wait for rate limits within it. */
  private static final Duration JUDGE_DEADLINE = Duration.ofMinutes(10);

  /** Short, because heartbeats report progress and deliver cancellations. */
  private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(2);

  private static final int DEFAULT_ROWS_IN_FLIGHT = 2048;
  private static final Duration EVENT_DEADLINE = Duration.ofSeconds(5);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration FINISH_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration ABANDON_TIMEOUT = Duration.ofSeconds(5);

  public static void main(String[] arguments) {
    ProcessMain.run("pipeline worker", () -> run(Environment.system()));
  }

  private static void run(Environment environment) throws InterruptedException {
    Store store = Store.open(environment.require("RETORT_STORE"));
    DataRoots roots = DataRoots.of(environment);
    ExecutorService rows = rowExecutor();
    ShutdownSignal shutdown = new ShutdownSignal();
    MetricsServer metrics = MetricsServer.start(environment);
    RowSlots slots = RowSlots.ofThisProcess(rowsInFlight(environment));
    RowEngine engine = new RowEngine(rows, slots, new RowMetrics(metrics.registry()), shutdown);
    JudgeClient judge =
        JudgeClient.connect(
            environment.require("RETORT_JUDGE_ADDRESSES"), environment, JUDGE_DEADLINE, rows);
    Optional<PythonWorkers> python = pythonWorkers(environment);
    AnswerChecker answers =
        python.<AnswerChecker>map(PythonAnswerChecker::new).orElseGet(FastAnswerChecker::new);
    StudentChecker students =
        python.<StudentChecker>map(PythonStudentChecker::new).orElseGet(StudentChecker::none);
    TokenCounter tokens =
        python.<TokenCounter>map(PythonTokenCounter::new).orElseGet(TokenCounter::none);
    TemporalConnection temporal = TemporalConnection.open(environment, metrics);
    temporal.connect(CONNECT_TIMEOUT);
    WorkerFactory factory = temporal.newWorkerFactory();

    Worker runs =
        factory.newWorker(
            TaskQueues.RUNS, WorkerOptions.newBuilder().setLocalActivityWorkerOnly(true).build());
    runs.registerWorkflowImplementationTypes(
        RunWorkflowImpl.class,
        RunWorkflowV1Impl.class,
        RowStageWorkflowImpl.class,
        ComparisonWorkflowImpl.class,
        PlanWorkflowImpl.class,
        AdmissionWorkflowImpl.class,
        LaneWorkflowImpl.class,
        ScheduledTriggerWorkflowImpl.class,
        WatchedTriggerWorkflowImpl.class,
        WatchCheckWorkflowImpl.class,
        DeliveryWorkflowImpl.class);
    Hub hub = Hub.of(environment);
    PlanActivities plans = new PlanActivitiesImpl(store, new LocationChecks(store, hub, roots));
    String storeUri = environment.require("RETORT_STORE");
    WatchActivities watches = new WatchActivitiesImpl(store, storeUri, roots);
    // For the local activities of calls that wait.
    runs.registerActivitiesImplementations(plans, watches);

    Worker pipeline =
        factory.newWorker(
            TaskQueues.PIPELINE,
            WorkerOptions.newBuilder()
                .setMaxHeartbeatThrottleInterval(HEARTBEAT_EVERY)
                .setDefaultHeartbeatThrottleInterval(HEARTBEAT_EVERY)
                .build());
    EventPublisher publisher =
        new EventPublisher(
            new Subscriptions(store, storeUri),
            new Deliveries(store, storeUri),
            new DeliveryClient(temporal.client(), EVENT_DEADLINE));
    RowStage[] rowStages = {
      new CurationStage(store, answers, tokens, roots), new PairingStage(store, answers)
    };
    pipeline.registerActivitiesImplementations(
        new IngestActivitiesImpl(store, hub, roots, students),
        new PromptActivitiesImpl(store, judge, roots, rowStages),
        new RowStageActivitiesImpl(store, judge, engine, roots, rowStages),
        new EvaluationActivitiesImpl(store, answers),
        new ReleaseActivitiesImpl(store),
        new ComparisonActivitiesImpl(store),
        new ExportActivitiesImpl(store),
        new StageActivitiesImpl(store),
        plans,
        watches,
        new RunRecordActivitiesImpl(store, publisher::publish),
        new LaneActivitiesImpl(store, storeUri, temporal.client()));

    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  shutdown.request();
                  stop(factory);
                  judge.close();
                  python.ifPresent(PythonWorkers::close);
                  temporal.close();
                  metrics.close();
                  rows.shutdownNow();
                  LOGGER.info("the pipeline worker has stopped");
                  ended.countDown();
                },
                "retort-shutdown"));
    PollerWatch polls =
        PollerWatch.of(
            temporal.client(),
            List.of(
                new PolledQueue(TaskQueues.RUNS, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
                new PolledQueue(TaskQueues.PIPELINE, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)));
    factory.start();
    if (polls.await(ended)) {
      LOGGER.info(
          "the pipeline worker is ready: task queues {} and {}, metrics on port {}",
          TaskQueues.RUNS,
          TaskQueues.PIPELINE,
          metrics.port());
    }
    ended.await();
  }

  /** Gives activities some time to finish, then ends them; finished rows are kept in both cases. */
  private static void stop(WorkerFactory factory) {
    factory.shutdown();
    factory.awaitTermination(FINISH_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    if (!factory.isTerminated()) {
      factory.shutdownNow();
      factory.awaitTermination(ABANDON_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static Optional<PythonWorkers> pythonWorkers(Environment environment) {
    String interpreter = environment.get("RETORT_PYTHON", "");
    if (interpreter.isEmpty()) {
      LOGGER.warn(
          "RETORT_PYTHON is not set: answers that are neither text, number nor letter count as not"
              + " correct, code cannot be checked, and tokens are not counted");
      return Optional.empty();
    }
    return Optional.of(
        PythonWorkers.ofTrainer(interpreter, environment.get("RETORT_TRAINER_PATH", "")));
  }

  private static int rowsInFlight(Environment environment) {
    int most = environment.integer("RETORT_ROWS_IN_FLIGHT", DEFAULT_ROWS_IN_FLIGHT);
    if (most < 1) {
      throw new ConfigurationException("RETORT_ROWS_IN_FLIGHT: " + most + " (expected: > 0)");
    }
    return most;
  }

  private static ExecutorService rowExecutor() {
    return Executors.newFixedThreadPool(
        Math.max(2, Runtime.getRuntime().availableProcessors()),
        DaemonThreads.named("retort-rows"));
  }

  private PipelineWorker() {}
}
