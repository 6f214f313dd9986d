package io.retort.training;

import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.v1.ArtifactRef;
import io.retort.v1.LastStage;
import io.retort.v1.RunSummary;
import io.retort.v1.TrainingResult;
import io.retort.v1.TrainingStage;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Common base of SFT and CogPO. */
abstract class TrainStage implements RunStage {
  /** Name of the object that is written last to a checkpoint's folder. */
  private static final String COMPLETE = "COMPLETE.json";

  @Override
  public int version() {
    return 2;
  }

  @Override
  public Set<LastStage> runsWith() {
    return EnumSet.of(LastStage.LAST_STAGE_RELEASE, LastStage.LAST_STAGE_UNSPECIFIED);
  }

  @Override
  public List<String> reads() {
    return List.of(
        "seed",
        "student.system_prompt",
        "student.trace_format",
        "student.max_length",
        "resources.gpus",
        "resources.ranks",
        settings());
  }

  @Override
  public String unit() {
    return "steps";
  }

  /** Path of the stage's own settings in the spec. */
  abstract String settings();

  abstract RunSummary summary(TrainingResult result);

  StageOutput train(
      StageContext context, TrainingStage stage, String modelUri, ArtifactRef dataset) {
    TrainingResult result =
        context
            .train(new TrainerJobs(context.run()).training(stage, modelUri, dataset))
            .getTraining();
    return new StageOutput(
        summary(result),
        List.of(ArtifactRef.newBuilder().setUri(result.getModelUri() + "/" + COMPLETE).build()),
        result.getSteps(),
        String.format(Locale.ROOT, "loss %.4f", result.getFinalLoss()));
  }
}
