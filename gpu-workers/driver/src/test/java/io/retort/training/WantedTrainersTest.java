package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.TrainerHeartbeat;
import io.temporal.api.common.v1.ActivityType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import org.junit.jupiter.api.Test;

final class WantedTrainersTest {
  private static final DataConverter CONVERTER = DefaultDataConverter.newDefaultInstance();

  @Test
  void nobodyWaitsForTheTrainersOfARunThatHasEnded() {
    DescribeWorkflowExecutionResponse ended =
        run(
            WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED,
            trainerJob()
                .setHeartbeatDetails(CONVERTER.toPayloads(holding("run/sft")).orElseThrow()));

    assertThat(isUnwanted("run/sft", ended)).isTrue();
  }

  @Test
  void theStageThatIsUnderWayWantsItsTrainer() {
    DescribeWorkflowExecutionResponse training =
        open(
            trainerJob()
                .setHeartbeatDetails(CONVERTER.toPayloads(holding("run/sft")).orElseThrow()));

    assertThat(isUnwanted("run/sft", training)).isFalse();
  }

  @Test
  void nobodyWaitsForTheTrainerOfAnEarlierStage() {
    DescribeWorkflowExecutionResponse later =
        open(
            trainerJob()
                .setHeartbeatDetails(CONVERTER.toPayloads(holding("run/cogpo")).orElseThrow()),
            PendingActivityInfo.newBuilder()
                .setActivityType(ActivityType.newBuilder().setName("Score")));

    assertThat(isUnwanted("run/sft", later)).isTrue();
    assertThat(isUnwanted("run/sft", open())).isTrue();
  }

  @Test
  void whatHasNotToldItsTrainerMayTakeAny() {
    assertThat(isUnwanted("run/sft", open(trainerJob()))).isFalse();
  }

  private static boolean isUnwanted(String name, DescribeWorkflowExecutionResponse run) {
    return WantedTrainers.isUnwanted(name, run, CONVERTER);
  }

  private static TrainerHeartbeat holding(String name) {
    return TrainerHeartbeat.newBuilder().setActorName(name).build();
  }

  private static PendingActivityInfo.Builder trainerJob() {
    return PendingActivityInfo.newBuilder()
        .setActivityType(ActivityType.newBuilder().setName(TrainerActivities.RUN_TRAINER_JOB));
  }

  private static DescribeWorkflowExecutionResponse open(PendingActivityInfo.Builder... pending) {
    return run(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING, pending);
  }

  private static DescribeWorkflowExecutionResponse run(
      WorkflowExecutionStatus status, PendingActivityInfo.Builder... pending) {
    DescribeWorkflowExecutionResponse.Builder run =
        DescribeWorkflowExecutionResponse.newBuilder()
            .setWorkflowExecutionInfo(WorkflowExecutionInfo.newBuilder().setStatus(status));
    for (PendingActivityInfo.Builder activity : pending) {
      run.addPendingActivities(activity);
    }
    return run.build();
  }
}
