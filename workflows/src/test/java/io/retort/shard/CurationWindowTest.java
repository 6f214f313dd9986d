package io.retort.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.failure.Failures;
import io.retort.run.WorkflowEnvironment;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.temporal.client.WorkflowFailedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class CurationWindowTest {
  private final WorkflowEnvironment environment = new WorkflowEnvironment();

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void everyShardIsCuratedOnceAcrossContinuedHistories() {
    int shards = ShardWindow.SHARDS_PER_HISTORY + 50;
    environment.activities.shards = shards;
    AtomicInteger running = new AtomicInteger();
    AtomicInteger mostRunning = new AtomicInteger();
    Set<Integer> seen = ConcurrentHashMap.newKeySet();
    environment.activities.onCurateShard =
        request -> {
          mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
          assertThat(seen.add(request.getShard())).as("shard %s", request.getShard()).isTrue();
          running.decrementAndGet();
        };

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(seen).hasSize(shards);
    assertThat(mostRunning).hasValueLessThanOrEqualTo(2);
  }

  @Test
  void theFirstFailureStopsTheWindowAndIsTheRunsFailure() {
    environment.activities.shards = 50;
    environment.activities.onCurateShard =
        request -> {
          if (request.getShard() == 3) {
            throw Failures.user("ENDPOINT_REFUSED", "judge: 401");
          }
        };

    // One in flight: the in-memory server rejects the cancellation of an activity that has just
    // ended.
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getCurationBuilder().setShardsInFlight(1);

    assertThatThrownBy(() -> environment.newRun().run(request.build()))
        .isInstanceOf(WorkflowFailedException.class);
    assertThat(environment.activities.curatedShards).hasValue(3);
    Run last = environment.activities.records.get(environment.activities.records.size() - 1);
    assertThat(last.getFailure().getType()).isEqualTo("ENDPOINT_REFUSED");
  }
}
