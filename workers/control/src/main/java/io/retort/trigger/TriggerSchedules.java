package io.retort.trigger;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.activity.TaskQueues;
import io.retort.v1.ScheduleOverlap;
import io.retort.v1.ScheduleSource;
import io.retort.v1.ScheduledTrigger;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.worker.TemporalCalls;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.api.schedule.v1.Schedule;
import io.temporal.api.schedule.v1.ScheduleAction;
import io.temporal.api.schedule.v1.ScheduleInfo;
import io.temporal.api.schedule.v1.ScheduleListEntry;
import io.temporal.api.schedule.v1.SchedulePolicies;
import io.temporal.api.schedule.v1.ScheduleSpec;
import io.temporal.api.schedule.v1.ScheduleState;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflow.v1.NewWorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.CreateScheduleRequest;
import io.temporal.api.workflowservice.v1.CreateScheduleResponse;
import io.temporal.api.workflowservice.v1.DeleteScheduleRequest;
import io.temporal.api.workflowservice.v1.DeleteScheduleResponse;
import io.temporal.api.workflowservice.v1.DescribeScheduleRequest;
import io.temporal.api.workflowservice.v1.ListSchedulesRequest;
import io.temporal.api.workflowservice.v1.ListSchedulesResponse;
import io.temporal.api.workflowservice.v1.UpdateScheduleRequest;
import io.temporal.api.workflowservice.v1.UpdateScheduleResponse;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;

/** The schedules of triggers in Temporal: one each, {@code trigger/NAME}. */
final class TriggerSchedules implements TriggerSources {
  private static final String IDENTITY = "retort-triggers";
  private static final Duration CATCH_UP = Durations.fromHours(1);
  private static final Duration LEAST_PATIENCE = Durations.fromMinutes(10);
  private static final int PAGE = 1000;

  private final TriggerStore triggers;
  private final TemporalCalls temporal;
  private final java.time.Duration deadline;
  private final TriggerFollower<Trigger> follower;
  private final BiFunction<String, StatusRuntimeException, StatusRuntimeException> errors;

  /**
   * @param deadline of each call
   * @param errors the error of the API for one of Temporal, and what was attempted
   */
  TriggerSchedules(
      TriggerStore triggers,
      WorkflowClient client,
      java.time.Duration deadline,
      BiFunction<String, StatusRuntimeException, StatusRuntimeException> errors) {
    this.triggers = triggers;
    temporal = new TemporalCalls(client);
    this.deadline = deadline;
    this.errors = errors;
    follower = new TriggerFollower<>("schedule", this::scheduled, this::change, errors);
  }

  @Override
  public void follow(String name, TriggerConfig before) {
    follower.follow(name, before.hasSchedule());
  }

  @Override
  public Trigger shown(Trigger trigger) {
    if (!trigger.getConfig().hasSchedule()) {
      return trigger;
    }
    String name = trigger.getConfig().getName();
    Trigger.Builder shown = trigger.toBuilder();
    try {
      ScheduleInfo info =
          temporal
              .stub(deadline)
              .describeSchedule(
                  DescribeScheduleRequest.newBuilder()
                      .setNamespace(temporal.namespace())
                      .setScheduleId(ScheduledTriggerWorkflow.scheduleId(name))
                      .build())
              .getInfo();
      if (!trigger.hasPause() && info.getFutureActionTimesCount() > 0) {
        shown.setNextTime(info.getFutureActionTimes(0));
      }
      shown
          .setSkipped(info.getOverlapSkipped() + info.getBufferDropped())
          .setMissed(info.getMissedCatchupWindow());
    } catch (StatusRuntimeException e) {
      shown.setProblem(
          e.getStatus().getCode() == Status.Code.NOT_FOUND
              ? "its schedule is not in Temporal (it is made within some minutes)"
              : String.valueOf(errors.apply("read its schedule", e).getStatus().getDescription()));
    }
    return shown.build();
  }

  @Override
  public void reconcile() throws IOException {
    Map<String, String> known = new HashMap<>();
    ByteString token = ByteString.EMPTY;
    do {
      ListSchedulesResponse page =
          temporal
              .stub(deadline)
              .listSchedules(
                  ListSchedulesRequest.newBuilder()
                      .setNamespace(temporal.namespace())
                      .setMaximumPageSize(PAGE)
                      .setNextPageToken(token)
                      .build());
      for (ScheduleListEntry entry : page.getSchedulesList()) {
        known.put(entry.getScheduleId(), entry.getInfo().getNotes());
      }
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    Set<String> names =
        TriggerPass.names(
            triggers.names(), ScheduledTriggerWorkflow.scheduleId(""), known.keySet());
    TriggerPass.over(
        "schedule",
        names,
        name -> {
          Optional<String> wanted = scheduled(name).map(TriggerSchedules::notes);
          if (!wanted.equals(
              Optional.ofNullable(known.get(ScheduledTriggerWorkflow.scheduleId(name))))) {
            follower.apply(name);
          }
        });
  }

  private void change(String name, Optional<Trigger> wanted) {
    if (wanted.isPresent()) {
      put(name, schedule(wanted.get()));
    } else {
      remove(name);
    }
  }

  /** Empty for a trigger without a schedule, or a deleted one. */
  private Optional<Trigger> scheduled(String name) throws IOException {
    return triggers.read(name).filter(trigger -> trigger.getConfig().hasSchedule());
  }

  private void put(String name, Schedule schedule) {
    try {
      UpdateScheduleResponse unused =
          temporal
              .stub(deadline)
              .updateSchedule(
                  UpdateScheduleRequest.newBuilder()
                      .setNamespace(temporal.namespace())
                      .setScheduleId(ScheduledTriggerWorkflow.scheduleId(name))
                      .setSchedule(schedule)
                      .setIdentity(IDENTITY)
                      .setRequestId(UUID.randomUUID().toString())
                      .build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
      CreateScheduleResponse unused =
          temporal
              .stub(deadline)
              .createSchedule(
                  CreateScheduleRequest.newBuilder()
                      .setNamespace(temporal.namespace())
                      .setScheduleId(ScheduledTriggerWorkflow.scheduleId(name))
                      .setSchedule(schedule)
                      .setIdentity(IDENTITY)
                      .setRequestId(UUID.randomUUID().toString())
                      .build());
    }
  }

  private void remove(String name) {
    try {
      DeleteScheduleResponse unused =
          temporal
              .stub(deadline)
              .deleteSchedule(
                  DeleteScheduleRequest.newBuilder()
                      .setNamespace(temporal.namespace())
                      .setScheduleId(ScheduledTriggerWorkflow.scheduleId(name))
                      .setIdentity(IDENTITY)
                      .build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
    }
  }

  private Schedule schedule(Trigger trigger) {
    String name = trigger.getConfig().getName();
    ScheduleSource source = trigger.getConfig().getSchedule();
    Duration catchUp = source.hasCatchUp() ? source.getCatchUp() : CATCH_UP;
    ScheduledTrigger input =
        ScheduledTrigger.newBuilder()
            .setTrigger(name)
            .setPatience(Durations.compare(catchUp, LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : catchUp)
            .setWaits(source.getOverlap() != ScheduleOverlap.SCHEDULE_OVERLAP_ALLOW_ALL)
            .build();
    return Schedule.newBuilder()
        .setSpec(
            ScheduleSpec.newBuilder()
                .addAllCronString(CronExpression.of(source.getCron()).conjunctions())
                .setTimezoneName(source.getTimeZone().isEmpty() ? "UTC" : source.getTimeZone())
                .setJitter(Duration.getDefaultInstance()))
        .setAction(
            ScheduleAction.newBuilder()
                .setStartWorkflow(
                    NewWorkflowExecutionInfo.newBuilder()
                        .setWorkflowId(ScheduledTriggerWorkflow.scheduleId(name))
                        .setWorkflowType(
                            WorkflowType.newBuilder().setName(ScheduledTriggerWorkflow.TYPE))
                        .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.RUNS))
                        .setInput(temporal.encode(input))))
        .setPolicies(
            SchedulePolicies.newBuilder()
                .setOverlapPolicy(overlap(source.getOverlap()))
                .setCatchupWindow(catchUp))
        .setState(ScheduleState.newBuilder().setNotes(notes(trigger)).setPaused(trigger.hasPause()))
        .build();
  }

  /** What differs between two states of a trigger that a schedule depends on. */
  private static String notes(Trigger trigger) {
    return "revision "
        + trigger.getRevision()
        + " by "
        + trigger.getChangedBy()
        + (trigger.hasPause() ? ", paused by " + trigger.getPause().getPausedBy() : "");
  }

  private static ScheduleOverlapPolicy overlap(ScheduleOverlap overlap) {
    return switch (overlap) {
      case SCHEDULE_OVERLAP_UNSPECIFIED, SCHEDULE_OVERLAP_SKIP, UNRECOGNIZED ->
          ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP;
      case SCHEDULE_OVERLAP_BUFFER_ONE -> ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE;
      case SCHEDULE_OVERLAP_ALLOW_ALL -> ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL;
    };
  }
}
