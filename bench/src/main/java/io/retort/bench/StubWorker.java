package io.retort.bench;

import io.retort.activity.TaskQueues;
import io.retort.ingest.Hub;
import io.retort.ingest.LocationChecks;
import io.retort.plan.AdmissionWorkflowImpl;
import io.retort.plan.PlanActivitiesImpl;
import io.retort.store.DataRoots;
import io.retort.store.Store;
import io.retort.worker.Environment;
import io.retort.worker.MetricsServer;
import io.retort.worker.TemporalConnection;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Hosts {@link StubRun} and the admissions of the pipeline worker. */
public final class StubWorker {
  static final String READY = "the stub worker is ready";

  public static void main(String[] arguments) throws InterruptedException {
    Environment environment = Environment.system();
    Store store = Store.open(environment.require("RETORT_STORE"));
    TemporalConnection temporal =
        TemporalConnection.open(environment, MetricsServer.start(environment));
    temporal.connect(Duration.ofMinutes(1));
    WorkerFactory factory = temporal.newWorkerFactory();
    Worker runs = factory.newWorker(TaskQueues.RUNS);
    runs.registerWorkflowImplementationTypes(StubRun.class, AdmissionWorkflowImpl.class);
    runs.registerActivitiesImplementations(
        new PlanActivitiesImpl(
            store, new LocationChecks(store, Hub.of(environment), DataRoots.of(environment))));
    factory.start();
    System.out.println(READY);
    new CountDownLatch(1).await();
  }

  private StubWorker() {}
}
