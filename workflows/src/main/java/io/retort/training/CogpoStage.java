package io.retort.training;

import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.TrainingResult;
import io.retort.v1.TrainingStage;
import java.util.SortedMap;
import java.util.TreeMap;

/** Trains the stage-2 model: optimises the stage-1 model on the preference pairs. */
public final class CogpoStage extends TrainStage {
  @Override
  public Stage stage() {
    return Stage.STAGE_COGPO;
  }

  @Override
  String settings() {
    return "cogpo";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    SortedMap<String, String> inputs = new TreeMap<>();
    inputs.put("stage-1 model", context.summary().getSft().getModelSha256());
    inputs.put("preference pairs", context.summary().getPairing().getPairs().getSha256());
    return inputs;
  }

  @Override
  public StageOutput run(StageContext context) {
    return train(
        context,
        TrainingStage.TRAINING_STAGE_COGPO,
        context.summary().getSft().getModelUri(),
        context.summary().getPairing().getPairs());
  }

  @Override
  RunSummary summary(TrainingResult result) {
    return RunSummary.newBuilder().setCogpo(result).build();
  }
}
