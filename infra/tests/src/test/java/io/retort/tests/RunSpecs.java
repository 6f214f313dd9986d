package io.retort.tests;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CurationSpec;
import io.retort.v1.DataSource;
import io.retort.v1.DataSpec;
import io.retort.v1.DifficultySignal;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.JudgeSpec;
import io.retort.v1.RunSpec;
import io.retort.v1.StudentSpec;
import io.retort.v1.TrainingSpec;
import java.nio.file.Path;

/** Specs small enough for a tiny model. */
final class RunSpecs {
  static RunSpec.Builder of(String name, Path train, Path evaluation) {
    return RunSpec.newBuilder()
        .setName(name)
        .setSeed(7)
        .setStudent(StudentSpec.newBuilder().setMaxLength(1024))
        .setData(
            DataSpec.newBuilder()
                .setShardRows(8)
                .addTrain(DataSource.newBuilder().setPath(train.toString())))
        .setJudge(JudgeSpec.newBuilder().setConcurrency(4))
        .setCuration(
            CurationSpec.newBuilder()
                .setDifficulty(DifficultySignal.DIFFICULTY_SIGNAL_JUDGE)
                .setShardsInFlight(2))
        .setSft(training(2))
        .setCogpo(training(1))
        .setEvaluation(
            EvaluationSpec.newBuilder()
                .setMaxNewTokens(8)
                .addBenchmarks(
                    BenchmarkSpec.newBuilder()
                        .setName("unseen")
                        .setSamples(2)
                        .setSource(DataSource.newBuilder().setPath(evaluation.toString()))));
  }

  static TrainingSpec training(double epochs) {
    return TrainingSpec.newBuilder()
        .setEpochs(epochs)
        .setLearningRate(1e-3)
        .setPerDeviceBatchSize(4)
        .setGradientAccumulationSteps(1)
        .setCheckpointSteps(5)
        .build();
  }

  private RunSpecs() {}
}
