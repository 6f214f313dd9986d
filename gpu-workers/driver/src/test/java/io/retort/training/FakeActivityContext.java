package io.retort.training;

import com.uber.m3.tally.NoopScope;
import com.uber.m3.tally.Scope;
import io.retort.v1.TrainerHeartbeat;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.activity.ManualActivityCompletionClient;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.common.CancellationToken;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** An attempt's context that records every heartbeat, without the SDK's throttling. */
final class FakeActivityContext implements ActivityExecutionContext {
  final List<TrainerHeartbeat> heartbeats = new ArrayList<>();
  Optional<TrainerHeartbeat> previous = Optional.empty();

  /** The response to the n-th heartbeat, starting at 1; empty if it is accepted. */
  Function<Integer, Optional<ActivityCompletionException>> answer = number -> Optional.empty();

  ActivityInfo info;

  FakeActivityContext(ActivityInfo info) {
    this.info = info;
  }

  @Override
  public ActivityInfo getInfo() {
    return info;
  }

  @Override
  public <V> void heartbeat(V details) {
    heartbeats.add((TrainerHeartbeat) details);
    Optional<ActivityCompletionException> refusal = answer.apply(heartbeats.size());
    if (refusal.isPresent()) {
      throw refusal.get();
    }
  }

  @Override
  public <V> Optional<V> getHeartbeatDetails(Class<V> type) {
    return previous.map(type::cast);
  }

  @Override
  public <V> Optional<V> getHeartbeatDetails(Class<V> type, Type genericType) {
    return getHeartbeatDetails(type);
  }

  @Override
  public <V> Optional<V> getLastHeartbeatDetails(Class<V> type) {
    return getHeartbeatDetails(type);
  }

  @Override
  public <V> Optional<V> getLastHeartbeatDetails(Class<V> type, Type genericType) {
    return getHeartbeatDetails(type);
  }

  @Override
  public byte[] getTaskToken() {
    return new byte[0];
  }

  @Override
  public CancellationToken<ActivityCanceledException> getCancellationToken() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void doNotCompleteOnReturn() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isDoNotCompleteOnReturn() {
    return false;
  }

  @Override
  public boolean isUseLocalManualCompletion() {
    return false;
  }

  @Override
  public ManualActivityCompletionClient useLocalManualCompletion() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Scope getMetricsScope() {
    return new NoopScope();
  }

  @Override
  public WorkflowClient getWorkflowClient() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Object getInstance() {
    throw new UnsupportedOperationException();
  }
}
