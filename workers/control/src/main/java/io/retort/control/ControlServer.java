package io.retort.control;

import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.retort.annotation.AnnotationStore;
import io.retort.logs.RunLogFiles;
import io.retort.registry.ModelRegistry;
import io.retort.spec.SpecDefaults;
import io.retort.store.Store;
import io.retort.worker.ConfigurationException;
import io.retort.worker.DaemonThreads;
import io.retort.worker.Environment;
import io.retort.worker.MetricsServer;
import io.retort.worker.TemporalConnection;
import io.temporal.client.WorkflowClient;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code RunService}, {@code StoreService} and {@code ModelService} over gRPC, with health
 * and reflection.
 *
 * <p>{@code RETORT_PORT} (7400) and {@code RETORT_HOST} (127.0.0.1) set its address, {@code
 * RETORT_STORE} the store of the runs, {@code RETORT_STUDENT_MODEL} the default student.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int THREADS = 16;
  private static final int POLLING_THREADS = 8;
  private static final int LARGEST_REQUEST = 4 << 20;
  private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

  /** The store's folders are listed that much less often than Temporal's runs. */
  private static final int STORE_PERIODS = 10;

  private static final Duration WATCH_PERIOD = Duration.ofSeconds(1);
  private static final Duration QUIET_PERIOD = Duration.ofMillis(200);
  private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(10);

  private final Server server;
  private final RunWatches watches;
  private final RunIndex index;
  private final RunSteering steering;
  private final BlockingTaskExecutor executor;
  private final ScheduledExecutorService polls;

  private ControlServer(
      Server server,
      RunWatches watches,
      RunIndex index,
      RunSteering steering,
      BlockingTaskExecutor executor,
      ScheduledExecutorService polls) {
    this.server = server;
    this.watches = watches;
    this.index = index;
    this.steering = steering;
    this.executor = executor;
    this.polls = polls;
  }

  /** Runs until the process receives a termination signal. */
  public static void main(String[] arguments) {
    Environment environment = Environment.system();
    try {
      MetricsServer metrics = MetricsServer.start(environment);
      TemporalConnection temporal = TemporalConnection.open(environment, metrics);
      ControlServer control =
          start(environment, temporal.client(), metrics, WATCH_PERIOD, Deadlines.DEFAULT);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    control.close();
                    temporal.close();
                    metrics.close();
                  },
                  "shutdown"));
      LOG.info("control plane listens on port {}, metrics on {}", control.port(), metrics.port());
    } catch (ConfigurationException e) {
      LOG.error("{}", e.getMessage());
      System.exit(2);
    }
  }

  /**
   * @throws ConfigurationException if a variable is missing or the port is in use
   */
  static ControlServer start(
      Environment environment,
      WorkflowClient client,
      MetricsServer metrics,
      Duration watchPeriod,
      Deadlines deadlines) {
    String storeUri = withoutSlash(environment.require("RETORT_STORE"));
    Store store = openStore(storeUri);
    Clock clock = Clock.systemUTC();
    Workflows workflows = new Workflows(client, deadlines);
    RecordedRuns runs = new RecordedRuns(store, storeUri);
    AnnotationStore annotations = new AnnotationStore(store, storeUri);
    RunReader reader =
        new RunReader(
            workflows, new LiveProgress(workflows, clock), runs, new RunView(annotations));
    RunIndex index =
        new RunIndex(
            new RunIndexer(
                workflows,
                reader,
                runs,
                annotations,
                clock,
                watchPeriod,
                watchPeriod.multipliedBy(STORE_PERIODS)),
            watchPeriod);
    RunLauncher launcher =
        new RunLauncher(
            workflows,
            reader,
            runs,
            index,
            SpecDefaults.from(environment),
            new RunIds(clock, new SecureRandom()),
            clock,
            storeUri);
    BlockingTaskExecutor executor =
        BlockingTaskExecutor.builder().numThreads(THREADS).threadNamePrefix("api").build();
    RunLister lister = new RunLister(workflows, index);
    // A separate executor, so that the polls of many watched runs do not delay calls.
    ScheduledExecutorService polls = pollers();
    RunWatches watches = new RunWatches(reader::get, polls, watchPeriod);
    RunPauser pauser = new RunPauser(new RunUpdates(workflows, deadlines, executor), reader);
    RunSteering steering =
        new RunSteering(
            new RunAnnotator(reader, annotations, index, clock),
            new RunRetrier(reader, pauser, launcher),
            new RunListWatches(index::snapshot, polls, watchPeriod),
            new RunLogStreams(reader, index, new RunLogFiles(store, storeUri), polls, watchPeriod));
    GrpcService grpc =
        GrpcService.builder()
            .addService(
                new RunServiceImpl(
                    launcher,
                    reader,
                    lister,
                    new RunCanceller(workflows, reader),
                    pauser,
                    watches,
                    new RunComparer(workflows, reader, store, storeUri),
                    steering))
            .addService(
                new StoreServiceImpl(new StoreSweeper(store, storeUri, workflows, lister, clock)))
            .addService(new ModelServiceImpl(new ModelRegistry(store, storeUri), clock))
            .addService(ProtoReflectionServiceV1.newInstance())
            .enableHealthCheckService(true)
            .intercept(new ApiMetrics(metrics.registry()))
            .useBlockingTaskExecutor(true)
            .maxRequestMessageLength(LARGEST_REQUEST)
            .build();
    Server server =
        Server.builder()
            .http(
                new InetSocketAddress(
                    environment.get("RETORT_HOST", "127.0.0.1"),
                    environment.integer("RETORT_PORT", 7400)))
            .service(grpc)
            .blockingTaskExecutor(executor, false)
            .maxRequestLength(LARGEST_REQUEST)
            .requestTimeout(LONGEST_CALL)
            .gracefulShutdownTimeout(QUIET_PERIOD, LONGEST_SHUTDOWN)
            .build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      executor.shutdownNow();
      polls.shutdownNow();
      index.close();
      throw new ConfigurationException(
          "RETORT_PORT: "
              + environment.integer("RETORT_PORT", 7400)
              + " cannot be listened on: "
              + e.getMessage()
              + " (expected: a free port)",
          e);
    }
    return new ControlServer(server, watches, index, steering, executor, polls);
  }

  int port() {
    return server.activeLocalPort();
  }

  /** Lets open calls finish, then stops. */
  @Override
  public void close() {
    watches.close();
    steering.close();
    server.stop().join();
    executor.shutdownNow();
    polls.shutdownNow();
    index.close();
  }

  private static ScheduledExecutorService pollers() {
    return Executors.newScheduledThreadPool(POLLING_THREADS, DaemonThreads.named("watch"));
  }

  private static Store openStore(String storeUri) {
    try {
      return Store.open(storeUri);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("RETORT_STORE: " + e.getMessage(), e);
    }
  }

  private static String withoutSlash(String uri) {
    return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
  }
}
