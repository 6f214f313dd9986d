package io.retort.client;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.retort.client.Pages.Page;
import io.retort.v1.AccessServiceGrpc;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.GetRunLogsRequest;
import io.retort.v1.GetRunRequest;
import io.retort.v1.LaneServiceGrpc;
import io.retort.v1.ListModelsRequest;
import io.retort.v1.ListModelsResponse;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.ListVersionsRequest;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.ModelVersion;
import io.retort.v1.Plan;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunSpec;
import io.retort.v1.StoreServiceGrpc;
import io.retort.v1.SubscriptionServiceGrpc;
import io.retort.v1.TriggerServiceGrpc;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A control plane. Its methods are what is not easy with the stubs alone: they repeat what may be
 * repeated, and throw {@link RetortException}. All other calls are made by the stubs, which throw
 * {@link StatusRuntimeException}: see {@link #retry} and {@link RetortException#of}.
 *
 * <p>Every call with one answer has a deadline, also those of the stubs. Threads may share a
 * client, and should, because it holds a connection.
 */
public final class RetortClient implements AutoCloseable {
  private static final int HEARTBEAT_SECONDS = 15;
  private static final Duration SILENCE = Duration.ofSeconds(3 * HEARTBEAT_SECONDS);

  private final Channel channel;
  private final Runnable closing;
  private final Duration retryFor;
  private final Duration reconnectFor;

  RetortClient(Channel channel, Runnable closing, Duration retryFor, Duration reconnectFor) {
    this.channel = channel;
    this.closing = closing;
    this.retryFor = retryFor;
    this.reconnectFor = reconnectFor;
  }

  public static RetortClientBuilder builder() {
    return new RetortClientBuilder();
  }

  /** As {@link RetortClientBuilder#environment} of this process says. */
  public static RetortClient fromEnvironment() {
    return builder().environment(System.getenv()).build();
  }

  /**
   * Starts a run.
   *
   * @throws RetortException with every violation, if the spec cannot be run
   */
  public Run launch(RunSpec spec) {
    return launch(CreateRunRequest.newBuilder().setSpec(spec).build());
  }

  /**
   * Starts a run.
   *
   * @param requestId up to 64 letters, digits, hyphens; a repeated one, also of another process,
   *     returns the run that the first call has started
   */
  public Run launch(RunSpec spec, String requestId) {
    return launch(CreateRunRequest.newBuilder().setSpec(spec).setRequestId(requestId).build());
  }

  /** Starts a run. A request without an id gets one, so that the call can be repeated. */
  public Run launch(CreateRunRequest request) {
    CreateRunRequest complete =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(newRequestId()).build()
            : request;
    return retry(() -> runs().createRun(complete).getRun());
  }

  /** Starts a run from the spec of another; otherwise as {@link #launch(CreateRunRequest)}. */
  public Run retrain(RetrainRunRequest request) {
    RetrainRunRequest complete =
        request.getRequestId().isEmpty()
            ? request.toBuilder().setRequestId(newRequestId()).build()
            : request;
    return retry(() -> runs().retrainRun(complete).getRun());
  }

  /** What {@link #launch(RunSpec)} would do; starts nothing. */
  public Plan plan(RunSpec spec) {
    return plan(CreateRunRequest.newBuilder().setSpec(spec).build());
  }

  /** What {@link #launch(CreateRunRequest)} would do; starts nothing. */
  public Plan plan(CreateRunRequest request) {
    CreateRunRequest asking = request.toBuilder().setValidateOnly(true).build();
    return retry(() -> runs().createRun(asking).getPlan());
  }

  /** What {@link #retrain} would do; starts nothing. */
  public Plan plan(RetrainRunRequest request) {
    RetrainRunRequest asking = request.toBuilder().setValidateOnly(true).build();
    return retry(() -> runs().retrainRun(asking).getPlan());
  }

  public Run get(String runId) {
    GetRunRequest request = GetRunRequest.newBuilder().setRunId(runId).build();
    return retry(() -> runs().getRun(request).getRun());
  }

  /** The run now, then whenever it changes, until it has ended. */
  public Watch<Run> watch(String runId) {
    AtomicLong revision = new AtomicLong();
    RunServiceGrpc.RunServiceBlockingV2Stub stub = RunServiceGrpc.newBlockingV2Stub(channel);
    return Watch.of(
        new ResumableStream<>(
            () ->
                stub.watchRun(
                    WatchRunRequest.newBuilder()
                        .setRunId(runId)
                        .setAfterRevision(revision.get())
                        .setHeartbeatSeconds(HEARTBEAT_SECONDS)
                        .build()),
            SILENCE,
            true,
            new Repetition(retryFor, reconnectFor)),
        message -> {
          revision.accumulateAndGet(message.getRevision(), Math::max);
          return message.hasRun() ? Optional.of(message.getRun()) : Optional.empty();
        },
        RetortClient::isTerminal);
  }

  /**
   * The newest runs, then each change; does not end by itself.
   *
   * @param request with filter and window; the revision and heartbeats are the client's
   */
  public Watch<WatchRunsResponse> watchRuns(WatchRunsRequest request) {
    AtomicLong revision = new AtomicLong(request.getAfterRevision());
    RunServiceGrpc.RunServiceBlockingV2Stub stub = RunServiceGrpc.newBlockingV2Stub(channel);
    return Watch.of(
        new ResumableStream<>(
            () ->
                stub.watchRuns(
                    request.toBuilder()
                        .setAfterRevision(revision.get())
                        .setHeartbeatSeconds(HEARTBEAT_SECONDS)
                        .build()),
            SILENCE,
            true,
            new Repetition(retryFor, reconnectFor)),
        message -> {
          revision.accumulateAndGet(message.getRevision(), Math::max);
          return message.getHeartbeat() ? Optional.empty() : Optional.of(message);
        },
        message -> false);
  }

  /**
   * Waits until the run has ended, and returns it then.
   *
   * @throws RetortException with DEADLINE_EXCEEDED if it has not within {@code timeout}; the run
   *     goes on
   */
  public Run waitFor(String runId, Duration timeout) {
    long begin = System.nanoTime();
    RunPhase last = RunPhase.RUN_PHASE_UNSPECIFIED;
    try (Watch<Run> watch = watch(runId)) {
      while (watch.await(timeout.minusNanos(System.nanoTime() - begin))) {
        Run run = watch.next();
        last = run.getPhase();
        if (isTerminal(run)) {
          return run;
        }
      }
    }
    throw RetortException.timeout(
        "run "
            + runId
            + ": "
            + last.name().replace("RUN_PHASE_", "")
            + " after "
            + timeout
            + " (expected: that it has ended; it goes on: wait again, or cancel it)");
  }

  /** Whether the run has ended. */
  public static boolean isTerminal(Run run) {
    return switch (run.getPhase()) {
      case RUN_PHASE_SUCCEEDED, RUN_PHASE_FAILED, RUN_PHASE_CANCELLED -> true;
      default -> false;
    };
  }

  /**
   * A log of a run from its beginning.
   *
   * @param log its name, as ListRunLogs has it; empty: the events of the run
   * @param follow whether to go on as the log grows, until it is complete
   */
  public RunLogStream logs(String runId, String log, boolean follow) {
    return logs(
        GetRunLogsRequest.newBuilder().setRunId(runId).setLog(log).setFollow(follow).build());
  }

  /** A log of a run from an offset on. */
  public RunLogStream logs(GetRunLogsRequest request) {
    return new RunLogStream(
        request,
        RunServiceGrpc.newBlockingV2Stub(channel)::getRunLogs,
        new Repetition(retryFor, reconnectFor));
  }

  /**
   * Runs, newest first unless the request says otherwise. Pages are asked for as they are needed.
   */
  public Iterable<Run> list(ListRunsRequest request) {
    return new Pages<>(
        token ->
            retry(
                () -> {
                  ListRunsResponse page =
                      runs().listRuns(request.toBuilder().setPageToken(token).build());
                  return new Page<>(page.getRunsList(), page.getNextPageToken());
                }));
  }

  /** Models, in pages as {@link #list}. */
  public Iterable<Model> listModels() {
    return new Pages<>(
        token ->
            retry(
                () -> {
                  ListModelsResponse page =
                      models()
                          .listModels(ListModelsRequest.newBuilder().setPageToken(token).build());
                  return new Page<>(page.getModelsList(), page.getNextPageToken());
                }));
  }

  /** Versions of a model, newest first, in pages as {@link #list}. */
  public Iterable<ModelVersion> listVersions(String model) {
    return new Pages<>(
        token ->
            retry(
                () -> {
                  ListVersionsResponse page =
                      models()
                          .listVersions(
                              ListVersionsRequest.newBuilder()
                                  .setModel(model)
                                  .setPageToken(token)
                                  .build());
                  return new Page<>(page.getVersionsList(), page.getNextPageToken());
                }));
  }

  /**
   * Makes a call, and repeats it while its failure is one that may pass.
   *
   * @param call of a stub, which may be made twice: it reads, or has a request id
   * @throws RetortException if it fails for good
   */
  public <T> T retry(Supplier<T> call) {
    Repetition repetition = new Repetition(retryFor, retryFor);
    while (true) {
      try {
        return call.get();
      } catch (StatusRuntimeException e) {
        pause(repetition.afterFailure(e), e);
      }
    }
  }

  /** Runs. */
  public RunServiceGrpc.RunServiceBlockingStub runs() {
    return RunServiceGrpc.newBlockingStub(channel);
  }

  /** Published models, their versions and aliases. */
  public ModelServiceGrpc.ModelServiceBlockingStub models() {
    return ModelServiceGrpc.newBlockingStub(channel);
  }

  /** Which runs of a pipeline run at once. */
  public LaneServiceGrpc.LaneServiceBlockingStub lanes() {
    return LaneServiceGrpc.newBlockingStub(channel);
  }

  /** What launches runs when something happens. */
  public TriggerServiceGrpc.TriggerServiceBlockingStub triggers() {
    return TriggerServiceGrpc.newBlockingStub(channel);
  }

  /** Where events are delivered. */
  public SubscriptionServiceGrpc.SubscriptionServiceBlockingStub subscriptions() {
    return SubscriptionServiceGrpc.newBlockingStub(channel);
  }

  /** Tokens, and the audit log. */
  public AccessServiceGrpc.AccessServiceBlockingStub access() {
    return AccessServiceGrpc.newBlockingStub(channel);
  }

  /** The store's unused objects. */
  public StoreServiceGrpc.StoreServiceBlockingStub store() {
    return StoreServiceGrpc.newBlockingStub(channel);
  }

  /** For stubs of other kinds, such as those with futures. Has the token and the deadlines. */
  public Channel channel() {
    return channel;
  }

  /** Ends open calls, watches and logs, and closes the connection. */
  @Override
  public void close() {
    closing.run();
  }

  private static String newRequestId() {
    return UUID.randomUUID().toString();
  }

  private static void pause(Duration pause, StatusRuntimeException reason) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RetortException.of(reason);
    }
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "client of " + channel.authority();
  }
}
