package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.failure.Failures;
import io.retort.run.FakeActivities;
import io.retort.run.WorkflowEnvironment;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.Stage;
import io.temporal.client.WorkflowFailedException;
import io.temporal.common.WorkflowExecutionHistory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RowStageWorkflowTest {
  private static final int DEFAULT_SHARD_ROWS = 512;

  private final WorkflowEnvironment environment = new WorkflowEnvironment();

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void everyShardRunsOnceAcrossContinuedHistories() {
    int shards = 400;
    environment.activities.shards = shards;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger mostRunning = new AtomicInteger();
    Set<Integer> seen = ConcurrentHashMap.newKeySet();
    environment.activities.onShard =
        request -> {
          mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
          if (request.getContext().getStage() == Stage.STAGE_CURATE) {
            assertThat(seen.add(request.getShard())).as("shard %s", request.getShard()).isTrue();
          }
          running.decrementAndGet();
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(seen).hasSize(shards);
    assertThat(mostRunning).hasValueLessThanOrEqualTo(2);
    WorkflowExecutionHistory last =
        environment
            .client()
            .fetchHistory(RowStageWorkflow.id(WorkflowEnvironment.RUN_ID, Stage.STAGE_CURATE));
    assertThat(last.getEvents().get(0).getWorkflowExecutionStartedEventAttributes())
        .as("continued from a history that had grown long")
        .satisfies(started -> assertThat(started.getContinuedExecutionRunId()).isNotEmpty());
  }

  @Test
  void aThousandRowsAreAtMostTwentyEvents() {
    int shards = 100;
    environment.activities.shards = shards;

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    int events =
        environment
            .client()
            .fetchHistory(RowStageWorkflow.id(WorkflowEnvironment.RUN_ID, Stage.STAGE_CURATE))
            .getEvents()
            .size();
    assertThat(events).isLessThanOrEqualTo(20 * shards * DEFAULT_SHARD_ROWS / 1000);
  }

  @Test
  void theFirstFailureStopsTheWindowAndIsTheRunsFailure() {
    environment.activities.shards = 50;
    environment.activities.onShard =
        request -> {
          if (request.getShard() == 3) {
            throw Failures.user("ENDPOINT_REFUSED", "judge: 401");
          }
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };

    // One in flight: the in-memory server rejects the cancellation of an activity that has just
    // ended.
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getCurationBuilder().setShardsInFlight(1);

    assertThatThrownBy(() -> environment.newRun().run(request.build()))
        .isInstanceOf(WorkflowFailedException.class);
    assertThat(environment.activities.finishedShards).hasValue(3);
    Run last = environment.activities.records.get(environment.activities.records.size() - 1);
    assertThat(last.getFailure().getType()).isEqualTo("ENDPOINT_REFUSED");
  }
}
