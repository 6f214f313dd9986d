package io.retort.action;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.ApprovalState;
import io.retort.v1.Run;
import io.retort.v1.RunAction;
import io.retort.v1.RunPhase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunActionsTest {
  @ParameterizedTest
  @EnumSource(
      value = RunPhase.class,
      names = {"RUN_PHASE_UNSPECIFIED", "UNRECOGNIZED"},
      mode = EnumSource.Mode.EXCLUDE)
  void aRunIsEitherSteeredOrDeleted(RunPhase phase) {
    Run run = Run.newBuilder().setPhase(phase).build();
    assertThat(RunActions.of(run))
        .contains(RunAction.RUN_ACTION_UPDATE, RunAction.RUN_ACTION_RETRAIN)
        .doesNotHaveDuplicates();
    assertThat(RunActions.of(run).contains(RunAction.RUN_ACTION_CANCEL))
        .isNotEqualTo(RunActions.of(run).contains(RunAction.RUN_ACTION_DELETE));
  }

  @Test
  void aRunThatAwaitsApprovalCanBePausedAndGetAnotherBudget() {
    Run.Builder run = Run.newBuilder().setPhase(RunPhase.RUN_PHASE_AWAITING_APPROVAL);
    assertThat(RunActions.of(run.build()))
        .contains(
            RunAction.RUN_ACTION_APPROVE,
            RunAction.RUN_ACTION_PAUSE,
            RunAction.RUN_ACTION_SET_BUDGET);
  }

  @Test
  void aPausedRunWhoseQuestionIsOpenCanBeApproved() {
    Run.Builder run = Run.newBuilder().setPhase(RunPhase.RUN_PHASE_PAUSED);
    assertThat(RunActions.of(run.build())).doesNotContain(RunAction.RUN_ACTION_APPROVE);
    run.getSummaryBuilder()
        .getReleaseBuilder()
        .getApprovalBuilder()
        .setState(ApprovalState.APPROVAL_STATE_WAITING);
    assertThat(RunActions.of(run.build()))
        .contains(
            RunAction.RUN_ACTION_APPROVE, RunAction.RUN_ACTION_REJECT, RunAction.RUN_ACTION_RESUME);
  }

  @Test
  void aRunWaitsForAPersonUntilItGoesOnByItself() {
    Run.Builder run = Run.newBuilder().setPhase(RunPhase.RUN_PHASE_PAUSED);
    assertThat(RunActions.waitsForPerson(run.build())).isTrue();
    run.getPauseBuilder().setResumesAt(Timestamps.fromMillis(1));
    assertThat(RunActions.waitsForPerson(run.build())).isFalse();
    run.setPhase(RunPhase.RUN_PHASE_AWAITING_APPROVAL);
    assertThat(RunActions.waitsForPerson(run.build())).isTrue();
    run.getSummaryBuilder()
        .getReleaseBuilder()
        .getApprovalBuilder()
        .setState(ApprovalState.APPROVAL_STATE_APPROVED);
    assertThat(RunActions.waitsForPerson(run.build())).isFalse();
  }
}
