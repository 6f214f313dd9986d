package io.retort.trigger;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.activity.TaskQueues;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.WatchConfig;
import io.retort.v1.WatchedTrigger;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverterException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/** The watches of triggers in Temporal: a workflow each, {@code watch/NAME}. */
final class TriggerWatches implements TriggerSources {
  private static final String IDENTITY = "retort-triggers";
  private static final int PAGE = 1000;

  /** Of a query, which a worker answers. */
  private static final Duration QUERY = Duration.ofSeconds(3);

  /** Changes that others make while one is applied. */
  private static final int MOST_ROUNDS = 5;

  private final TriggerStore triggers;
  private final WorkflowClient client;
  private final Duration deadline;

  /** Names of triggers that watch nothing, and have nothing of a watch in the store. */
  private final Set<String> cleaned = ConcurrentHashMap.newKeySet();

  private final BiFunction<String, StatusRuntimeException, StatusRuntimeException> errors;

  /**
   * @param deadline of each call
   * @param errors the error of the API for one of Temporal, and what was attempted
   */
  TriggerWatches(
      TriggerStore triggers,
      WorkflowClient client,
      Duration deadline,
      BiFunction<String, StatusRuntimeException, StatusRuntimeException> errors) {
    this.triggers = triggers;
    this.client = client;
    this.deadline = deadline;
    this.errors = errors;
  }

  @Override
  public void follow(String name, TriggerConfig before) {
    try {
      if (before.hasWatchedData() || wanted(name).isPresent()) {
        apply(name);
      }
    } catch (IOException e) {
      throw TriggerErrors.store("read trigger " + name, e);
    } catch (StatusRuntimeException e) {
      throw errors.apply(
          "change the watch of trigger " + name + ", which is stored and tried again", e);
    }
  }

  @Override
  public Trigger shown(Trigger trigger) {
    if (!trigger.getConfig().hasWatchedData()) {
      return trigger;
    }
    Trigger.Builder shown = trigger.toBuilder();
    try {
      WatchedTrigger watch = state(trigger.getConfig().getName());
      shown.setProblem(watch.getProblem());
      if (watch.getStatus().hasLookedAt()) {
        shown.setWatch(watch.getStatus());
      }
    } catch (StatusRuntimeException e) {
      shown.setProblem(
          e.getStatus().getCode() == Status.Code.NOT_FOUND
              ? "its watch is not in Temporal (it is made within some minutes)"
              : "its watch does not answer (expected: a pipeline worker that runs): "
                  + errors.apply("ask its watch", e).getStatus().getDescription());
    }
    return shown.build();
  }

  @Override
  public void reconcile() throws IOException {
    Set<String> names = new HashSet<>(triggers.names());
    String prefix = WatchedTriggerWorkflow.id("");
    Set<String> running = running();
    running.stream()
        .filter(id -> id.startsWith(prefix))
        .map(id -> id.substring(prefix.length()))
        .filter(TriggerStore::isName)
        .forEach(names::add);
    TriggerPass.over("watch", names, name -> reconcile(name, running));
  }

  private void reconcile(String name, Set<String> running) throws IOException {
    Optional<WatchConfig> wanted = wanted(name);
    boolean runs = running.contains(WatchedTriggerWorkflow.id(name));
    if (wanted.isPresent()) {
      cleaned.remove(name);
    }
    if (wanted.isPresent() ? !runs || !followed(name).equals(wanted) : runs) {
      apply(name);
    } else if (wanted.isEmpty() && !cleaned.contains(name)) {
      triggers.deleteWatched(name);
      boolean unused = cleaned.add(name);
    }
  }

  /** What a watch follows by its memo, which lags behind signals; empty where it tells nothing. */
  private Optional<WatchConfig> followed(String name) {
    WorkflowExecutionInfo info =
        stub()
            .describeWorkflowExecution(
                DescribeWorkflowExecutionRequest.newBuilder()
                    .setNamespace(namespace())
                    .setExecution(execution(name))
                    .build())
            .getWorkflowExecutionInfo();
    Payload config = info.getMemo().getFieldsMap().get(WatchedTriggerWorkflow.CONFIG);
    if (config == null
        || info.getStatus() != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          client
              .getOptions()
              .getDataConverter()
              .fromPayload(config, WatchConfig.class, WatchConfig.class));
    } catch (DataConverterException e) {
      // Of another version; it is told what to follow then.
      return Optional.empty();
    }
  }

  /** Until the store has what was applied: another process may change the trigger meanwhile. */
  private void apply(String name) throws IOException {
    Optional<WatchConfig> wanted = wanted(name);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      if (wanted.isPresent()) {
        configure(wanted.get());
      } else {
        end(name);
        // The next pass deletes what it has stored, as a look may be under way.
        cleaned.remove(name);
      }
      Optional<WatchConfig> now = wanted(name);
      if (now.equals(wanted)) {
        return;
      }
      wanted = now;
    }
  }

  /** Empty for a trigger that watches nothing, or a deleted one. */
  private Optional<WatchConfig> wanted(String name) throws IOException {
    return triggers
        .read(name)
        .filter(trigger -> trigger.getConfig().hasWatchedData())
        .map(
            trigger ->
                WatchConfig.newBuilder()
                    .setTrigger(name)
                    .setRevision(trigger.getRevision())
                    .setSource(trigger.getConfig().getWatchedData())
                    .setPaused(trigger.hasPause())
                    .build());
  }

  private void configure(WatchConfig config) {
    SignalWithStartWorkflowExecutionResponse unused =
        stub()
            .signalWithStartWorkflowExecution(
                SignalWithStartWorkflowExecutionRequest.newBuilder()
                    .setNamespace(namespace())
                    .setWorkflowId(WatchedTriggerWorkflow.id(config.getTrigger()))
                    .setWorkflowType(WorkflowType.newBuilder().setName(WatchedTriggerWorkflow.TYPE))
                    .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.RUNS))
                    .setInput(payloads(WatchedTrigger.newBuilder().setConfig(config).build()))
                    .setSignalName(WatchedTriggerWorkflow.CONFIGURE)
                    .setSignalInput(payloads(config))
                    .setIdentity(IDENTITY)
                    .setRequestId(UUID.randomUUID().toString())
                    .build());
  }

  /** At once, so that a trigger of the same name can begin a watch of its own. */
  private void end(String name) {
    try {
      TerminateWorkflowExecutionResponse unused =
          stub()
              .terminateWorkflowExecution(
                  TerminateWorkflowExecutionRequest.newBuilder()
                      .setNamespace(namespace())
                      .setWorkflowExecution(execution(name))
                      .setReason("the trigger was deleted, or watches nothing any more")
                      .setIdentity(IDENTITY)
                      .build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
    }
  }

  private WatchedTrigger state(String name) {
    Payloads state =
        stub(QUERY)
            .queryWorkflow(
                QueryWorkflowRequest.newBuilder()
                    .setNamespace(namespace())
                    .setExecution(execution(name))
                    .setQuery(WorkflowQuery.newBuilder().setQueryType(WatchedTriggerWorkflow.STATE))
                    .build())
            .getQueryResult();
    return client
        .getOptions()
        .getDataConverter()
        .fromPayloads(0, Optional.of(state), WatchedTrigger.class, WatchedTrigger.class);
  }

  private Set<String> running() {
    Set<String> ids = new HashSet<>();
    ByteString token = ByteString.EMPTY;
    do {
      ListWorkflowExecutionsResponse page =
          stub()
              .listWorkflowExecutions(
                  ListWorkflowExecutionsRequest.newBuilder()
                      .setNamespace(namespace())
                      .setQuery(
                          "WorkflowType = '"
                              + WatchedTriggerWorkflow.TYPE
                              + "' AND ExecutionStatus = 'Running'")
                      .setPageSize(PAGE)
                      .setNextPageToken(token)
                      .build());
      for (WorkflowExecutionInfo one : page.getExecutionsList()) {
        ids.add(one.getExecution().getWorkflowId());
      }
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return ids;
  }

  private Payloads payloads(Message argument) {
    return client.getOptions().getDataConverter().toPayloads(argument).orElseThrow();
  }

  private static WorkflowExecution execution(String name) {
    return WorkflowExecution.newBuilder().setWorkflowId(WatchedTriggerWorkflow.id(name)).build();
  }

  private WorkflowServiceBlockingStub stub() {
    return stub(deadline);
  }

  private WorkflowServiceBlockingStub stub(Duration deadline) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private String namespace() {
    return client.getOptions().getNamespace();
  }
}
