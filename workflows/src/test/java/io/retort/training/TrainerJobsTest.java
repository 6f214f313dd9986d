package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.EngineKind;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.GenerationJob;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.TrainerJob;
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
  void completionsAreSharedByAllRunsOfAStore() {
    GenerationJob job = generation(BenchmarkSpec.newBuilder());

    assertThat(job.getCompletionsUri()).isEqualTo("file:///store/completions");
    assertThat(job.getModelSha256()).isEqualTo("ab12");
  }

  @Test
  void anEndpointIsAskedForTheEvaluatedModelWithoutAGpu() {
    RunSpec.Builder spec = RunSpec.newBuilder();
    spec.getEvaluationBuilder()
        .getEngineBuilder()
        .setKind(EngineKind.ENGINE_KIND_ENDPOINT)
        .getEndpointBuilder()
        .setBaseUrl("http://models/v1")
        .setModel("qwen-{model}");
    spec.getResourcesBuilder().setGpus(2).setRanks(4).setCpus(3).setAcceleratorType("H100");
    TrainerJob job =
        new TrainerJobs(RunContext.newBuilder().setStoreUri("/store").setSpec(spec).build())
            .generation(
                "stage-1",
                "/models/sft",
                "",
                BenchmarkSpec.getDefaultInstance(),
                ArtifactRef.getDefaultInstance());

    assertThat(job.getGeneration().getEngine().getEndpoint().getModel()).isEqualTo("qwen-stage-1");
    assertThat(job.getResources())
        .isEqualTo(ResourceSpec.newBuilder().setGpus(0).setRanks(1).setCpus(3).build());
  }

  @Test
  void aModelsOwnEndpointIsAskedForItByItsName() {
    RunSpec.Builder spec = RunSpec.newBuilder();
    spec.addModelsBuilder()
        .setName("big")
        .getEndpointBuilder()
        .setBaseUrl("http://models/v1")
        .setModel("qwen-{model}");
    TrainerJob job =
        new TrainerJobs(RunContext.newBuilder().setStoreUri("/store").setSpec(spec).build())
            .generation(
                "big",
                "",
                "",
                BenchmarkSpec.getDefaultInstance(),
                ArtifactRef.getDefaultInstance());

    assertThat(job.getGeneration().getEngine().getEndpoint().getModel()).isEqualTo("qwen-big");
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
            "ab12",
            benchmark.setName("demo").build(),
            ArtifactRef.getDefaultInstance())
        .getGeneration();
  }
}
