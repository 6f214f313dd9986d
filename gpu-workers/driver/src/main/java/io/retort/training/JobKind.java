package io.retort.training;

import io.retort.failure.Failures;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainingStage;

/** The kind of a job, as a metric label. */
enum JobKind {
  SFT("sft"),
  COGPO("cogpo"),
  GENERATION("generation"),
  EXPORT("export");

  private final String label;

  JobKind(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  boolean isTraining() {
    return this == SFT || this == COGPO;
  }

  /**
   * @throws io.temporal.failure.ApplicationFailure USER/BAD_JOB if the job contains no task
   */
  static JobKind of(TrainerJob job) {
    return switch (job.getJobCase()) {
      case TRAINING -> ofStage(job.getTraining().getStage());
      case GENERATION -> GENERATION;
      case EXPORT -> EXPORT;
      case JOB_NOT_SET ->
          throw Failures.user(
              "BAD_JOB", "job: not set (expected: one of training, generation, export)");
    };
  }

  private static JobKind ofStage(TrainingStage stage) {
    return switch (stage) {
      case TRAINING_STAGE_SFT -> SFT;
      case TRAINING_STAGE_COGPO -> COGPO;
      case TRAINING_STAGE_UNSPECIFIED, UNRECOGNIZED ->
          throw Failures.user(
              "BAD_JOB",
              "training.stage: "
                  + stage
                  + " (expected: TRAINING_STAGE_SFT or TRAINING_STAGE_COGPO)");
    };
  }
}
