package io.retort.training;

import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.ResourceSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerProgress;
import io.retort.v1.TrainerResult;
import io.retort.v1.TrainerState;
import io.retort.v1.TrainerStatus;
import io.retort.v1.TrainingJob;
import io.retort.v1.TrainingResult;
import io.retort.v1.TrainingStage;

/** Status documents for tests. */
final class Statuses {
  static final TrainerResult RESULT =
      TrainerResult.newBuilder()
          .setTraining(TrainingResult.newBuilder().setModelUri("file:///model").setSteps(10))
          .build();

  static final TrainerStatus STARTING =
      TrainerStatus.newBuilder().setState(TrainerState.TRAINER_STATE_STARTING).build();

  static final TrainerStatus SUCCEEDED =
      TrainerStatus.newBuilder()
          .setState(TrainerState.TRAINER_STATE_SUCCEEDED)
          .setResult(RESULT)
          .build();

  static final TrainerStatus STOPPED =
      TrainerStatus.newBuilder().setState(TrainerState.TRAINER_STATE_STOPPED).build();

  static TrainerStatus running(long step) {
    return TrainerStatus.newBuilder()
        .setState(TrainerState.TRAINER_STATE_RUNNING)
        .setProgress(
            TrainerProgress.newBuilder()
                .setDone(step)
                .setTotal(10)
                .setUnit("steps")
                .setLoss(1.0 / step)
                .setLearningRate(0.001)
                .setTokensPerSecond(50.0 * step)
                .setValidationLoss(1.5)
                .setGpuMemoryBytes(1000)
                .setCheckpointUri("file:///checkpoints/step-" + step))
        .build();
  }

  static TrainerStatus failed(FailureCategory category, String type, String message) {
    return TrainerStatus.newBuilder()
        .setState(TrainerState.TRAINER_STATE_FAILED)
        .setError(
            Failure.newBuilder()
                .setCategory(category)
                .setType(type)
                .setMessage(message)
                .setTraceback("Traceback ..."))
        .build();
  }

  static TrainerJob job() {
    return TrainerJob.newBuilder()
        .setSchemaVersion(1)
        .setRunId("run-1")
        .setJobName("sft")
        .setTraining(TrainingJob.newBuilder().setStage(TrainingStage.TRAINING_STAGE_SFT))
        .setResources(
            ResourceSpec.newBuilder()
                .setCpus(1)
                .setWaitingDeadlineSeconds(20)
                .setActiveDeadlineSeconds(100))
        .build();
  }

  private Statuses() {}
}
