package io.retort.training;

import io.temporal.activity.ActivityInfo;
import io.temporal.api.common.v1.Payloads;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import java.time.Duration;
import java.util.Optional;

record FakeActivityInfo(int attempt, long scheduledMillis, Duration heartbeatTimeout)
    implements ActivityInfo {
  static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(60);

  /** An attempt with a heartbeat timeout of one minute. */
  FakeActivityInfo(int attempt, long scheduledMillis) {
    this(attempt, scheduledMillis, HEARTBEAT_TIMEOUT);
  }

  @Override
  public byte[] getTaskToken() {
    return new byte[0];
  }

  @Override
  public String getWorkflowId() {
    return "workflow";
  }

  @Override
  @Deprecated
  public String getRunId() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String getWorkflowRunId() {
    return "run";
  }

  @Override
  public String getActivityRunId() {
    return "";
  }

  @Override
  public String getActivityId() {
    return "1";
  }

  @Override
  public String getActivityType() {
    return TrainerActivities.RUN_TRAINER_JOB;
  }

  @Override
  public long getScheduledTimestamp() {
    return scheduledMillis;
  }

  @Override
  public long getStartedTimestamp() {
    return scheduledMillis;
  }

  @Override
  public long getCurrentAttemptScheduledTimestamp() {
    return scheduledMillis;
  }

  @Override
  public Duration getScheduleToCloseTimeout() {
    return Duration.ofHours(1);
  }

  @Override
  public Duration getStartToCloseTimeout() {
    return Duration.ofHours(1);
  }

  @Override
  public Duration getHeartbeatTimeout() {
    return heartbeatTimeout;
  }

  @Override
  public Optional<Payloads> getHeartbeatDetails() {
    return Optional.empty();
  }

  @Override
  public String getWorkflowType() {
    return "RunWorkflow";
  }

  @Override
  @Deprecated
  public String getWorkflowNamespace() {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  public String getActivityNamespace() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String getNamespace() {
    return "default";
  }

  @Override
  public String getActivityTaskQueue() {
    return "retort-gpu";
  }

  @Override
  public int getAttempt() {
    return attempt;
  }

  @Override
  public boolean isLocal() {
    return false;
  }

  @Override
  public Priority getPriority() {
    return Priority.getDefaultInstance();
  }

  @Override
  public RetryOptions getRetryOptions() {
    return RetryOptions.getDefaultInstance();
  }
}
