package io.retort.trigger;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.WatchConfig;
import io.retort.v1.WatchedTrigger;
import io.retort.worker.TemporalCalls;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverterException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;

/** The watches of triggers in Temporal: a workflow each, {@code watch/NAME}. */
final class TriggerWatches implements TriggerSources {
  private static final String IDENTITY = "retort-triggers";
  private static final int PAGE = 1000;

  /** Of a query, which a worker answers. */
  private static final Duration QUERY = Duration.ofSeconds(3);

  private final TriggerStore triggers;
  private final TemporalCalls temporal;
  private final Duration deadline;
  private final TriggerFollower<WatchConfig> follower;

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
    temporal = new TemporalCalls(client);
    this.deadline = deadline;
    this.errors = errors;
    follower = new TriggerFollower<>("watch", this::wanted, this::change, errors);
  }

  @Override
  public void follow(String name, TriggerConfig before) {
    follower.follow(name, before.hasWatchedData());
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
    Set<String> running = running();
    Set<String> names = TriggerPass.names(triggers.names(), WatchedTriggerWorkflow.id(""), running);
    TriggerPass.over("watch", names, name -> reconcile(name, running));
  }

  private void reconcile(String name, Set<String> running) throws IOException {
    Optional<WatchConfig> wanted = wanted(name);
    boolean runs = running.contains(WatchedTriggerWorkflow.id(name));
    if (wanted.isPresent()) {
      cleaned.remove(name);
    }
    if (wanted.isPresent() ? !runs || !followed(name).equals(wanted) : runs) {
      follower.apply(name);
    } else if (wanted.isEmpty() && !cleaned.contains(name)) {
      triggers.deleteWatched(name);
      boolean unused = cleaned.add(name);
    }
  }

  /** What a watch follows by its memo, which lags behind signals; empty where it tells nothing. */
  private Optional<WatchConfig> followed(String name) {
    WorkflowExecutionInfo info =
        temporal
            .stub(deadline)
            .describeWorkflowExecution(
                DescribeWorkflowExecutionRequest.newBuilder()
                    .setNamespace(temporal.namespace())
                    .setExecution(execution(name))
                    .build())
            .getWorkflowExecutionInfo();
    Payload config = info.getMemo().getFieldsMap().get(WatchedTriggerWorkflow.CONFIG);
    if (config == null
        || info.getStatus() != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING) {
      return Optional.empty();
    }
    try {
      return Optional.of(temporal.decode(config, WatchConfig.class));
    } catch (DataConverterException e) {
      // Of another version; it is told what to follow then.
      return Optional.empty();
    }
  }

  private void change(String name, Optional<WatchConfig> wanted) {
    if (wanted.isPresent()) {
      configure(wanted.get());
    } else {
      end(name);
      // The next pass deletes what it has stored, as a look may be under way.
      cleaned.remove(name);
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
    temporal.signalWithStart(
        SignalWithStartWorkflowExecutionRequest.newBuilder()
            .setWorkflowId(WatchedTriggerWorkflow.id(config.getTrigger()))
            .setWorkflowType(WorkflowType.newBuilder().setName(WatchedTriggerWorkflow.TYPE))
            .setInput(temporal.encode(WatchedTrigger.newBuilder().setConfig(config).build()))
            .setSignalName(WatchedTriggerWorkflow.CONFIGURE)
            .setSignalInput(temporal.encode(config))
            .setIdentity(IDENTITY),
        deadline);
  }

  /** At once, so that a trigger of the same name can begin a watch of its own. */
  private void end(String name) {
    try {
      TerminateWorkflowExecutionResponse unused =
          temporal
              .stub(deadline)
              .terminateWorkflowExecution(
                  TerminateWorkflowExecutionRequest.newBuilder()
                      .setNamespace(temporal.namespace())
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
        temporal
            .stub(QUERY)
            .queryWorkflow(
                QueryWorkflowRequest.newBuilder()
                    .setNamespace(temporal.namespace())
                    .setExecution(execution(name))
                    .setQuery(WorkflowQuery.newBuilder().setQueryType(WatchedTriggerWorkflow.STATE))
                    .build())
            .getQueryResult();
    return temporal.decode(state, WatchedTrigger.class);
  }

  private Set<String> running() {
    Set<String> ids = new HashSet<>();
    ByteString token = ByteString.EMPTY;
    do {
      ListWorkflowExecutionsResponse page =
          temporal
              .stub(deadline)
              .listWorkflowExecutions(
                  ListWorkflowExecutionsRequest.newBuilder()
                      .setNamespace(temporal.namespace())
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

  private static WorkflowExecution execution(String name) {
    return TemporalCalls.execution(WatchedTriggerWorkflow.id(name));
  }
}
