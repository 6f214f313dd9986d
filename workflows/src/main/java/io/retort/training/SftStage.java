package io.retort.training;

import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.v1.ArtifactRef;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.TrainingResult;
import io.retort.v1.TrainingStage;
import java.util.SortedMap;
import java.util.TreeMap;

/** Trains the stage-1 model: fine-tunes the student on the kept chains. */
public final class SftStage extends TrainStage {
  @Override
  public Stage stage() {
    return Stage.STAGE_SFT;
  }

  @Override
  String settings() {
    return "sft";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    SortedMap<String, String> inputs = new TreeMap<>();
    inputs.put("student", context.student().orElseThrow().getSha256());
    inputs.put("kept samples", context.summary().getCuration().getKept().getSha256());
    return inputs;
  }

  @Override
  public StageOutput run(StageContext context) {
    ArtifactRef student = context.student().orElseThrow();
    return train(
        context,
        TrainingStage.TRAINING_STAGE_SFT,
        student.getUri(),
        context.summary().getCuration().getKept());
  }

  @Override
  RunSummary summary(TrainingResult result) {
    return RunSummary.newBuilder().setSft(result).build();
  }
}
