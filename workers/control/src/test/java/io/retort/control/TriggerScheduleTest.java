package io.retort.control;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.activity.TaskQueues;
import io.retort.trigger.ScheduledTriggerWorkflow;
import io.retort.v1.DeleteTriggerRequest;
import io.retort.v1.DeleteTriggerResponse;
import io.retort.v1.FiringCause;
import io.retort.v1.FiringOutcome;
import io.retort.v1.GetTriggerRequest;
import io.retort.v1.LaunchTemplate;
import io.retort.v1.ListFiringsRequest;
import io.retort.v1.PauseTriggerRequest;
import io.retort.v1.PauseTriggerResponse;
import io.retort.v1.ScheduleOverlap;
import io.retort.v1.ScheduleSource;
import io.retort.v1.ScheduledTrigger;
import io.retort.v1.SetTriggerRequest;
import io.retort.v1.Trigger;
import io.retort.v1.TriggerConfig;
import io.retort.v1.TriggerFiring;
import io.retort.v1.TriggerServiceGrpc;
import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.api.schedule.v1.Schedule;
import io.temporal.api.schedule.v1.ScheduleInfo;
import io.temporal.client.WorkflowOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TriggerScheduleTest {
  private static ControlHarness control;
  private static TriggerServiceGrpc.TriggerServiceBlockingStub triggers;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
    triggers = control.client(TriggerServiceGrpc.TriggerServiceBlockingStub.class);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void temporalFollowsTheTrigger() {
    Trigger unused = set(config("nightly"));
    Schedule schedule = schedule("nightly");
    assertThat(schedule.getSpec().getCronStringList()).containsExactly("0 2 * * 1-5");
    assertThat(schedule.getSpec().getTimezoneName()).isEqualTo("Europe/Berlin");
    assertThat(schedule.getPolicies().getOverlapPolicy())
        .isEqualTo(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE);
    assertThat(schedule.getPolicies().getCatchupWindow().getSeconds()).isEqualTo(7200);
    assertThat(schedule.getState().getPaused()).isFalse();

    PauseTriggerResponse paused =
        triggers.pauseTrigger(PauseTriggerRequest.newBuilder().setName("nightly").build());
    assertThat(paused.getTrigger().hasPause()).isTrue();
    assertThat(schedule("nightly").getState().getPaused()).isTrue();

    TriggerConfig.Builder byHand = config("nightly").toBuilder().clearSchedule();
    Trigger ignored = set(byHand.build());
    assertThat(control.schedules.schedules).doesNotContainKey("trigger/nightly");
  }

  @Test
  void aDeletedTriggerHasNoSchedule() {
    Trigger unused = set(config("gone"));
    DeleteTriggerResponse ignored =
        triggers.deleteTrigger(DeleteTriggerRequest.newBuilder().setName("gone").build());

    assertThat(control.schedules.schedules).doesNotContainKey("trigger/gone");
  }

  @Test
  void showsWhatTemporalKnows() {
    Trigger unused = set(config("shown"));
    control.schedules.info =
        ScheduleInfo.newBuilder()
            .addFutureActionTimes(Timestamps.fromSeconds(4_000_000_000L))
            .setOverlapSkipped(3)
            .setBufferDropped(1)
            .setMissedCatchupWindow(2)
            .build();

    Trigger shown = get("shown");
    assertThat(shown.getNextTime().getSeconds()).isEqualTo(4_000_000_000L);
    assertThat(shown.getSkipped()).isEqualTo(4);
    assertThat(shown.getMissed()).isEqualTo(2);
    control.schedules.schedules.remove("trigger/shown");
    assertThat(get("shown").getProblem()).startsWith("its schedule is not in Temporal");
  }

  @Test
  void isStoredEvenIfTemporalDoesNotAnswer() {
    control.schedules.refusal = Status.UNAVAILABLE.withDescription("no connection");
    try {
      StatusRuntimeException thrown =
          catchThrowableOfType(StatusRuntimeException.class, () -> set(config("later")));
      assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(thrown.getStatus().getDescription())
          .contains("schedule of trigger later, which is stored");
      assertThat(get("later").getProblem()).contains("Temporal does not answer");
    } finally {
      control.schedules.refusal = Status.OK;
    }
  }

  @Test
  void aTimeFiresOnceAndNotWhilePaused() {
    Trigger unused = set(config("fires"));
    fire("fires", "2026-11-30T02:00:00Z");
    fire("fires", "2026-11-30T02:00:00Z");
    List<TriggerFiring> once = firings("fires");
    assertThat(once).hasSize(1);
    assertThat(once.get(0).getOutcome())
        .as(once.toString())
        .isEqualTo(FiringOutcome.FIRING_OUTCOME_LAUNCHED);
    assertThat(once.get(0).getCause()).isEqualTo(FiringCause.FIRING_CAUSE_SCHEDULE);
    assertThat(once.get(0).getDetail()).isEqualTo("of 2026-11-30T02:00:00Z");
    assertThat(control.get(once.get(0).getRunId()).getCreatedBy())
        .isEqualTo("trigger/fires (made by local)");

    PauseTriggerResponse paused =
        triggers.pauseTrigger(PauseTriggerRequest.newBuilder().setName("fires").build());
    assertThat(paused.getTrigger().hasPause()).isTrue();
    fire("fires", "2026-12-01T02:00:00Z");
    assertThat(firings("fires"))
        .extracting(TriggerFiring::getOutcome)
        .containsExactlyInAnyOrder(
            FiringOutcome.FIRING_OUTCOME_LAUNCHED, FiringOutcome.FIRING_OUTCOME_SKIPPED);
  }

  /** What Temporal does at a time of the schedule. */
  private static void fire(String name, String time) {
    control
        .temporal()
        .newWorkflowStub(
            ScheduledTriggerWorkflow.class,
            WorkflowOptions.newBuilder()
                .setWorkflowId(ScheduledTriggerWorkflow.scheduleId(name) + "-" + time)
                .setTaskQueue(TaskQueues.RUNS)
                .setWorkflowIdReusePolicy(
                    WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                .build())
        .run(
            ScheduledTrigger.newBuilder()
                .setTrigger(name)
                .setPatience(Duration.newBuilder().setSeconds(60))
                .build());
  }

  private static Schedule schedule(String name) {
    return requireNonNull(control.schedules.schedules.get("trigger/" + name));
  }

  private static List<TriggerFiring> firings(String name) {
    return triggers
        .listFirings(ListFiringsRequest.newBuilder().setName(name).build())
        .getFiringsList();
  }

  private static TriggerConfig config(String name) {
    return TriggerConfig.newBuilder()
        .setName(name)
        .setSchedule(
            ScheduleSource.newBuilder()
                .setCron("0 2 * * 1-5")
                .setTimeZone("Europe/Berlin")
                .setOverlap(ScheduleOverlap.SCHEDULE_OVERLAP_BUFFER_ONE)
                .setCatchUp(Duration.newBuilder().setSeconds(7200)))
        .setLaunch(LaunchTemplate.newBuilder().setSpec(ControlHarness.spec("waits")))
        .build();
  }

  private static Trigger set(TriggerConfig config) {
    return triggers
        .setTrigger(SetTriggerRequest.newBuilder().setConfig(config).build())
        .getTrigger();
  }

  private static Trigger get(String name) {
    return triggers.getTrigger(GetTriggerRequest.newBuilder().setName(name).build()).getTrigger();
  }
}
