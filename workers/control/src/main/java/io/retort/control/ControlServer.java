package io.retort.control;

import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.retort.annotation.AnnotationStore;
import io.retort.hook.HookService;
import io.retort.http.HttpApi;
import io.retort.http.RateLimit;
import io.retort.identity.Access;
import io.retort.identity.AccessInterceptor;
import io.retort.identity.LoginPage;
import io.retort.identity.PageAccess;
import io.retort.identity.Resources;
import io.retort.lane.LaneClient;
import io.retort.lane.LaneConfigs;
import io.retort.logs.RunLogFiles;
import io.retort.pages.LocalCalls;
import io.retort.pages.PageLinks;
import io.retort.pages.Pages;
import io.retort.plan.Admission;
import io.retort.plan.RunPlanner;
import io.retort.registry.ModelRegistry;
import io.retort.spec.SpecDefaults;
import io.retort.store.Store;
import io.retort.subscription.EventDelivery;
import io.retort.trigger.TriggerResources;
import io.retort.trigger.Triggers;
import io.retort.worker.AcceptThreads;
import io.retort.worker.ConfigurationException;
import io.retort.worker.DaemonThreads;
import io.retort.worker.Environment;
import io.retort.worker.MetricsServer;
import io.retort.worker.ProcessMain;
import io.retort.worker.ServerTls;
import io.retort.worker.TemporalConnection;
import io.temporal.client.WorkflowClient;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code RunService}, {@code ModelService}, {@code LaneService}, {@code TriggerService},
 * {@code SubscriptionService}, {@code StoreService} and {@code AccessService} over gRPC and
 * HTTP/JSON, and the web pages, on one port, with health; on loopback with reflection.
 *
 * <p>{@link Access} and {@link ServerTls} say who may call. {@code RETORT_PORT} (7400) and {@code
 * RETORT_HOST} (127.0.0.1) set its address, {@code RETORT_ALLOWED_HOSTS} the names under which it
 * may be reached, {@code RETORT_CALLS_PER_SECOND} (200; 0: unlimited) what each caller may call,
 * {@code RETORT_STORE} the store of the runs, {@code RETORT_STUDENT_MODEL} the default student.
 */
public final class ControlServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int THREADS = 16;
  private static final int POLLING_THREADS = 8;
  private static final int LARGEST_REQUEST = 4 << 20;
  private static final int LARGEST_HEADERS = 16 << 10;
  private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

  /** The store's folders are listed that much less often than Temporal's runs. */
  private static final int STORE_PERIODS = 10;

  private static final Duration WATCH_PERIOD = Duration.ofSeconds(1);
  private static final Duration QUIET_PERIOD = Duration.ofMillis(200);
  private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(10);

  private final Server server;
  private final List<ServerServiceDefinition> services;
  private final RunWatches watches;
  private final RunIndex index;
  private final RunSteering steering;
  private final Access access;
  private final Triggers triggers;
  private final BlockingTaskExecutor executor;
  private final ScheduledExecutorService polls;
  private final EventDelivery events;

  private ControlServer(
      Server server,
      List<ServerServiceDefinition> services,
      RunWatches watches,
      RunIndex index,
      RunSteering steering,
      Access access,
      Triggers triggers,
      BlockingTaskExecutor executor,
      ScheduledExecutorService polls,
      EventDelivery events) {
    this.server = server;
    this.services = List.copyOf(services);
    this.watches = watches;
    this.index = index;
    this.access = access;
    this.triggers = triggers;
    this.steering = steering;
    this.executor = executor;
    this.polls = polls;
    this.events = events;
  }

  /** Runs until the process receives a termination signal. */
  public static void main(String[] arguments) {
    ProcessMain.run("control plane", () -> run(Environment.system()));
  }

  private static void run(Environment environment) {
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
    String host = environment.get("RETORT_HOST", "127.0.0.1");
    Access access = Access.open(environment, host, store, storeUri, clock);
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
    SpecDefaults defaults = SpecDefaults.from(environment);
    LaneConfigs lanes = new LaneConfigs(store, storeUri);
    LaneTeams laneTeams = new LaneTeams(lanes);
    LaunchRecords launches = new LaunchRecords(store, storeUri);
    RunLauncher launcher =
        new RunLauncher(
            workflows,
            reader,
            runs,
            index,
            defaults,
            new RunIds(clock, new SecureRandom()),
            clock,
            storeUri,
            new Admission(PlanCalls.admissions(workflows), storeUri),
            laneTeams,
            launches);
    BlockingTaskExecutor executor =
        BlockingTaskExecutor.builder().numThreads(THREADS).threadNamePrefix("api").build();
    ModelRegistry models = new ModelRegistry(store, storeUri);
    RunLister lister = new RunLister(workflows, index);
    // A separate executor, so that the polls of many watched runs do not delay calls.
    ScheduledExecutorService polls = pollers();
    RunWatches watches = new RunWatches(reader::get, polls, watchPeriod);
    RunPauser pauser = new RunPauser(new RunUpdates(workflows, deadlines, executor), reader);
    RunSteering steering =
        new RunSteering(
            new RunAnnotator(reader, annotations, index, clock),
            new RunRetrier(reader, pauser, launcher, launches),
            new RunListWatches(index::snapshot, polls, watchPeriod),
            new RunLogStreams(reader, index, new RunLogFiles(store, storeUri), polls, watchPeriod));
    ModelTeams modelTeams = new ModelTeams(store, storeUri);
    RunPlanner planner = PlanCalls.planner(workflows, reader, index);
    BiFunction<String, StatusRuntimeException, StatusRuntimeException> temporalErrors =
        (attempt, thrown) -> TemporalErrors.of(attempt, workflows.namespace(), thrown);
    EventDelivery events =
        EventDelivery.open(
            environment,
            client,
            store,
            storeUri,
            clock,
            deadlines.call(),
            ApiErrors::store,
            temporalErrors);
    Triggers triggers =
        new Triggers(
            store,
            storeUri,
            new TriggerLaunches(launcher, reader, planner, models),
            RequestResources::teamOf,
            events.secrets()::violations,
            clock,
            client,
            deadlines.call(),
            temporalErrors,
            WatchCalls.looks(workflows));
    Resources resources =
        events.resources(
            new TriggerResources(
                triggers.store(), new RequestResources(reader::askedSpec, modelTeams, laneTeams)));
    List<BindableService> services =
        List.of(
            new RunServiceImpl(
                launcher,
                reader,
                lister,
                new RunCanceller(workflows, reader),
                pauser,
                watches,
                new RunComparer(workflows, reader, store, storeUri),
                steering,
                planner,
                models,
                PlanCalls.lineage(reader, index, models),
                new RunCurves(workflows, reader)),
            new StoreServiceImpl(new StoreSweeper(store, storeUri, workflows, lister, clock)),
            new ModelServiceImpl(
                models,
                modelTeams,
                new VersionUses(() -> index.snapshot().runs(), reader::find, models),
                clock,
                events.announcer()),
            new LaneServiceImpl(
                lanes,
                new LaneClient(client, deadlines.call()),
                workflows,
                clock,
                () -> PlanCalls.visibleIds(index)),
            triggers.service(),
            events.service(),
            access.service());
    int callsPerSecond = RateLimit.callsPerSecond(environment);
    RateLimit rate = new RateLimit(callsPerSecond);
    ApiMetrics apiMetrics = new ApiMetrics(metrics.registry());
    GrpcServiceBuilder builder =
        GrpcService.builder()
            .enableHealthCheckService(true)
            // The last one sees a call first: refused calls are counted too, and the limit is that
            // of a caller who is known.
            .intercept(rate, access.interceptor(resources), apiMetrics)
            .useBlockingTaskExecutor(true)
            .maxRequestMessageLength(LARGEST_REQUEST);
    services.forEach(builder::addService);
    if (HttpApi.isLoopback(host) && !access.authenticator().isRequired()) {
      builder.addService(ProtoReflectionServiceV1.newInstance());
    }
    GrpcService grpc = builder.build();
    AccessInterceptor.requireRoles(grpc.services());
    ServerBuilder server =
        Server.builder()
            .service(grpc)
            .http1MaxHeaderSize(LARGEST_HEADERS)
            .http2MaxHeaderListSize(LARGEST_HEADERS)
            .blockingTaskExecutor(executor, false)
            .maxRequestLength(LARGEST_REQUEST)
            .requestTimeout(LONGEST_CALL)
            .bossGroupFactory(AcceptThreads::of)
            .gracefulShutdownTimeout(QUIET_PERIOD, LONGEST_SHUTDOWN);
    ServerTls.listen(
        server, environment, new InetSocketAddress(host, environment.integer("RETORT_PORT", 7400)));
    access.login(LoginPage::plain).addTo(server);
    new HookService(
            triggers.store()::read,
            triggers.firer(),
            events.secrets(),
            access.authenticator(),
            access.audit(),
            callsPerSecond,
            clock)
        .addTo(server);
    HttpApi.addTo(
        server,
        grpc,
        metrics.registry(),
        host,
        environment.get("RETORT_ALLOWED_HOSTS", ""),
        service -> service.decorate(access.pages()));
    List<ServerInterceptor> local = List.of(rate, access.localInterceptor(resources), apiMetrics);
    new Pages(
            new LocalCalls(
                services.stream()
                    .map(service -> ServerInterceptors.intercept(service, local))
                    .toList()),
            store,
            storeUri,
            new PageLinks(environment, client.getOptions().getNamespace()),
            PageAccess::caller,
            Pages.csrf())
        .addTo(server, page -> page.decorate(access.pages()));
    Server running = server.build();
    try {
      running.start().join();
    } catch (CompletionException e) {
      executor.shutdownNow();
      polls.shutdownNow();
      triggers.close();
      index.close();
      events.close();
      access.close();
      throw new ConfigurationException(
          "RETORT_PORT: "
              + environment.integer("RETORT_PORT", 7400)
              + " cannot be listened on: "
              + e.getMessage()
              + " (expected: a free port)",
          e);
    }
    events.start();
    return new ControlServer(
        running,
        grpc.services(),
        watches,
        index,
        steering,
        access,
        triggers,
        executor,
        polls,
        events);
  }

  int port() {
    return server.activeLocalPort();
  }

  /** All that it serves over gRPC. */
  List<ServerServiceDefinition> services() {
    return services;
  }

  int watchedRuns() {
    return watches.watchedRuns();
  }

  /** Lets open calls finish, then stops. */
  @Override
  public void close() {
    triggers.close();
    watches.close();
    steering.close();
    server.stop().join();
    executor.shutdownNow();
    polls.shutdownNow();
    index.close();
    events.close();
    access.close();
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
