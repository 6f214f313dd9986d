package io.retort.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneExit;
import io.retort.v1.LaneOutcome;
import io.retort.v1.LanePolicy;
import org.junit.jupiter.api.Test;

final class LaneQueueTest {
  private static final Timestamp NOW = at(99);

  @Test
  void aRunThatArrivesLateTakesThePlaceOfItsCreation() {
    LaneQueue queue = queue(LanePolicy.LANE_POLICY_SEQUENTIAL);
    queue.enter("second", at(2));
    queue.enter("first", at(1));

    assertThat(queue.next(NOW)).contains(new LaneMove.Admit("first"));
    assertThat(queue.next(NOW)).isEmpty();
  }

  @Test
  void aRunOlderThanTheRunningOneDoesNotFollowIt() {
    for (LanePolicy policy :
        new LanePolicy[] {
          LanePolicy.LANE_POLICY_LAST_ONLY, LanePolicy.LANE_POLICY_SERIAL_LATEST_ONLY
        }) {
      LaneQueue queue = queue(policy);
      queue.enter("newer", at(2));
      assertThat(queue.next(NOW)).contains(new LaneMove.Admit("newer"));
      queue.enter("older", at(1));

      assertThat(queue.next(NOW))
          .hasValueSatisfying(move -> assertThat(move).isInstanceOf(LaneMove.Dismiss.class))
          .hasValueSatisfying(move -> assertThat(move.runId()).isEqualTo("older"));
    }
  }

  @Test
  void aFullLaneDismissesTheNewestRuns() {
    LaneQueue queue = queue(LanePolicy.LANE_POLICY_SEQUENTIAL);
    for (int second = 0; second <= LaneQueue.MOST_WAITING + 1; second++) {
      queue.enter("run-" + second, at(second));
    }

    assertThat(queue.next(NOW)).contains(new LaneMove.Admit("run-0"));
    assertThat(queue.next(NOW))
        .contains(
            new LaneMove.Dismiss(
                "run-1001",
                "cancelled by lane a, whose policy is SEQUENTIAL: 1000 runs wait already"));
    assertThat(queue.next(NOW)).isEmpty();
    assertThat(queue.snapshot().getWaitingTotal()).isEqualTo(LaneQueue.MOST_WAITING);
  }

  @Test
  void anotherPolicyEndsABlockAndAnOlderRevisionChangesNothing() {
    LaneQueue queue = queue(LanePolicy.LANE_POLICY_STRICT_SEQUENTIAL);
    queue.enter("first", at(1));
    assertThat(queue.next(NOW)).isPresent();
    queue.enter("second", at(2));
    queue.leave(
        LaneExit.newBuilder().setRunId("first").setOutcome(LaneOutcome.LANE_OUTCOME_FAILED).build(),
        NOW);
    queue.configure(config(LanePolicy.LANE_POLICY_PARALLEL, 4));
    assertThat(queue.isBlocked()).as("an older revision").isTrue();
    assertThat(queue.next(NOW)).isEmpty();

    queue.configure(config(LanePolicy.LANE_POLICY_SEQUENTIAL, 6));

    assertThat(queue.isBlocked()).isFalse();
    assertThat(queue.next(NOW)).contains(new LaneMove.Admit("second"));
  }

  private static LaneQueue queue(LanePolicy policy) {
    return new LaneQueue(Lane.newBuilder().setConfig(config(policy, 5)).build());
  }

  private static LaneConfig config(LanePolicy policy, long revision) {
    return LaneConfig.newBuilder().setName("a").setPolicy(policy).setRevision(revision).build();
  }

  private static Timestamp at(long second) {
    return Timestamp.newBuilder().setSeconds(second).build();
  }
}
