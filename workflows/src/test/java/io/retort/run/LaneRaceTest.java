package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.lane.LaneWorkflow;
import io.retort.v1.LanePolicy;
import io.retort.v1.RunPhase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class LaneRaceTest {
  /** Without a cache: every task begins with the history alone, as after the death of a worker. */
  private final LaneHarness lanes = new LaneHarness(0);

  @AfterEach
  void close() {
    lanes.close();
  }

  /**
   * Runs arrive, end, are cancelled and are killed at random; each task of a workflow replays it.
   */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"LANE_POLICY_UNSPECIFIED", "UNRECOGNIZED"})
  void noPolicyRunsMoreThanItsSlotsAndEachLaneGoesOn(LanePolicy policy) {
    int slots = policy == LanePolicy.LANE_POLICY_PARALLEL ? 3 : 1;
    lanes.set(policy, slots);
    List<String> runIds = new ArrayList<>();
    for (int index = 0; index < 10; index++) {
      runIds.add("run-" + index);
    }
    Random random = new Random(policy.getNumber());
    Collections.shuffle(runIds, random);
    CompletableFuture<Void> starts =
        CompletableFuture.allOf(
            runIds.stream()
                .map(runId -> CompletableFuture.runAsync(() -> lanes.start(runId)))
                .toArray(CompletableFuture[]::new));
    starts.join();

    List<String> open = new ArrayList<>(runIds);
    while (!open.isEmpty()) {
      LaneHarness.await(() -> isTurn(policy, open));
      open.removeIf(runId -> !lanes.isOpen(runId));
      List<String> holders = open.stream().filter(lanes::isAdmitted).toList();
      if (holders.isEmpty()) {
        unblock(policy);
        continue;
      }
      String runId = holders.get(random.nextInt(holders.size()));
      switch (random.nextInt(4)) {
        case 0 -> lanes.end(runId, RunPhase.RUN_PHASE_FAILED);
        case 1 -> lanes.cancel(runId);
        case 2 -> {
          lanes.terminate(runId);
        }
        default -> lanes.succeed(runId);
      }
      LaneHarness.await(() -> !lanes.isOpen(runId));
    }

    assertThat(lanes.mostAtOnce).isBetween(1, slots);
    assertThat(lanes.admitted).doesNotHaveDuplicates();
    if (slots == 3 || policy.name().contains("SEQUENTIAL")) {
      assertThat(lanes.admitted).as("every run had its turn").hasSameSizeAs(runIds);
    }
  }

  /** Whether there is something to do: a run to end, one that has ended, or a lane to unblock. */
  private boolean isTurn(LanePolicy policy, List<String> open) {
    return open.stream().anyMatch(runId -> lanes.isAdmitted(runId) || !lanes.isOpen(runId))
        || (policy == LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL && lanes.state().hasBlock());
  }

  private void unblock(LanePolicy policy) {
    if (policy == LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL && lanes.state().hasBlock()) {
      lanes
          .client()
          .newWorkflowStub(LaneWorkflow.class, LaneWorkflow.id(LaneHarness.LANE))
          .unblock();
    }
  }
}
