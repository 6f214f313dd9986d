package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.GenerationJob;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import org.junit.jupiter.api.Test;

final class TrainerJobsTest {
  private static final TrainerJobs JOBS =
      new TrainerJobs(
          RunContext.newBuilder()
              .setRunId("run")
              .setStoreUri("file:///store")
              .setSpec(
                  RunSpec.newBuilder()
                      .setEvaluation(
                          EvaluationSpec.newBuilder()
                              .setTemperature(0.6)
                              .setTopP(0.9)
                              .setMaxNewTokens(512)
                              .setBatchSize(32)))
              .build());

  @Test
  void aBenchmarkIsSampledAsItSaysItself() {
    GenerationJob job =
        generation(
            BenchmarkSpec.newBuilder()
                .setSamples(64)
                .setTemperature(0)
                .setTopP(0.5)
                .setMaxNewTokens(32_768)
                .setPrompt("Solve: {problem}"));

    assertThat(job.getSamples()).isEqualTo(64);
    assertThat(job.getTemperature()).isZero();
    assertThat(job.getTopP()).isEqualTo(0.5);
    assertThat(job.getMaxNewTokens()).isEqualTo(32_768);
    assertThat(job.getBatchSize()).isEqualTo(32);
    assertThat(job.getPrompt()).isEqualTo("Solve: {problem}");
  }

  @Test
  void aBenchmarkOfAnOlderRunIsSampledAsTheEvaluationSays() {
    GenerationJob job = generation(BenchmarkSpec.newBuilder().setSamples(4));

    assertThat(job.getTemperature()).isEqualTo(0.6);
    assertThat(job.getTopP()).isEqualTo(0.9);
    assertThat(job.getMaxNewTokens()).isEqualTo(512);
    assertThat(job.getPrompt()).isEmpty();
  }

  @Test
  void theLongestAnswerIsThatOfTheBenchmarkWithTheMostTokens() {
    EvaluationSpec.Builder evaluation = EvaluationSpec.newBuilder().setMaxNewTokens(512);

    assertThat(TrainerJobs.longestAnswer(evaluation.build())).isZero();
    evaluation.addBenchmarks(BenchmarkSpec.newBuilder().setMaxNewTokens(99));
    assertThat(TrainerJobs.longestAnswer(evaluation.build())).isEqualTo(99);
    evaluation.addBenchmarks(BenchmarkSpec.getDefaultInstance());
    assertThat(TrainerJobs.longestAnswer(evaluation.build())).isEqualTo(512);
  }

  private static GenerationJob generation(BenchmarkSpec.Builder benchmark) {
    return JOBS.generation(
            "base",
            "/models/base",
            benchmark.setName("demo").build(),
            ArtifactRef.getDefaultInstance())
        .getGeneration();
  }
}
