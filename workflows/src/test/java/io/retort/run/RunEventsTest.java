package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.failure.Failures;
import io.retort.v1.Event;
import io.retort.v1.EventType;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RunEventsTest {
  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void everyChangeIsHandedOverOnceInItsOrder() {
    Run run = environment.newRun().run(ApprovalRunTest.request());

    List<Event> events = activities.events;
    assertThat(events)
        .extracting(Event::getSequence)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, events.size()).boxed().toList());
    assertThat(events)
        .filteredOn(event -> event.getType() == EventType.EVENT_TYPE_RUN_PHASE_CHANGED)
        .extracting(event -> event.getData().getRun().getPhase())
        .containsExactly(
            RunPhase.RUN_PHASE_QUEUED,
            RunPhase.RUN_PHASE_RUNNING,
            RunPhase.RUN_PHASE_AWAITING_APPROVAL,
            RunPhase.RUN_PHASE_RUNNING,
            RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(events)
        .filteredOn(event -> event.getType() != EventType.EVENT_TYPE_RUN_PHASE_CHANGED)
        .extracting(Event::getType)
        .containsExactly(
            EventType.EVENT_TYPE_RUN_GATE_DECIDED,
            EventType.EVENT_TYPE_RUN_APPROVAL_ASKED,
            EventType.EVENT_TYPE_RUN_APPROVAL_DECIDED,
            EventType.EVENT_TYPE_RUN_GATE_DECIDED);
    assertThat(run.getEventSequence()).isEqualTo(events.size());
  }

  @Test
  void tellsOfAReleaseAndNothingOfTheDataOfTheRun() {
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getReleaseBuilder().setAlias("latest");
    Run unused = environment.newRun().run(request.build());

    Event moved =
        activities.events.stream()
            .filter(event -> event.getType() == EventType.EVENT_TYPE_MODEL_ALIAS_MOVED)
            .findFirst()
            .orElseThrow();
    assertThat(moved.getData().getAliasChange().getAlias()).isEqualTo("latest");
    assertThat(moved.getData().getAliasChange().getToVersion()).isPositive();
    assertThat(moved.getData().getModel()).isNotEmpty();
    assertThat(activities.events)
        .allSatisfy(
            event -> {
              assertThat(event.getData().getRun().getSpec().hasData()).isFalse();
              assertThat(event.getData().getRun().getSpec().hasStudent()).isFalse();
              assertThat(event.getSerializedSize()).isLessThan(4000);
            });
  }

  /** The next record that is written takes them along. */
  @Test
  void noEventIsLostWhileRecordsCannotBeWritten() {
    activities.onRecord =
        record -> {
          if (record.getPhase() == RunPhase.RUN_PHASE_QUEUED
              || (record.getPhase() == RunPhase.RUN_PHASE_RUNNING && record.getStagesCount() < 3)) {
            throw Failures.platform("STORE", "no store", null);
          }
        };

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(activities.events)
        .extracting(Event::getSequence)
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, run.getEventSequence()).boxed().toList());
    assertThat(activities.events.get(0).getData().getRun().getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_QUEUED);
  }
}
