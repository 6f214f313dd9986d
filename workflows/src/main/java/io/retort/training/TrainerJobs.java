package io.retort.training;

import io.retort.layout.RunLayout;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.EndpointSpec;
import io.retort.v1.EngineKind;
import io.retort.v1.EngineSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.ExportJob;
import io.retort.v1.GenerationJob;
import io.retort.v1.ModelSpec;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.StudentTemplate;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainingJob;
import io.retort.v1.TrainingStage;
import java.util.List;

/** The trainer jobs of one run, with all settings resolved from its spec. */
public final class TrainerJobs {
  /** What stands for the evaluated model's name in the name of an endpoint's model. */
  public static final String MODEL_NAME = "{model}";

  private static final int SCHEMA_VERSION = 1;

  /** The problem that the exported model answers before and after its reload. */
  private static final String CHECK_PROBLEM = "What is 7 plus 5?";

  private static final List<String> MORE_CHECK_PROBLEMS =
      List.of(
          "Ann has 3 bags with 4 apples each and eats 2 apples. How many are left?",
          "A train goes 60 kilometres in 45 minutes. How far does it go in 2 hours?",
          "Solve 2x + 3 = 11 for x.");

  private final RunContext run;
  private final RunSpec spec;

  public TrainerJobs(RunContext run) {
    this.run = run;
    spec = run.getSpec();
  }

  public TrainerJob training(TrainingStage stage, String modelUri, ArtifactRef dataset) {
    boolean sft = stage == TrainingStage.TRAINING_STAGE_SFT;
    String name = sft ? "sft" : "cogpo";
    return job(name)
        .setTraining(
            TrainingJob.newBuilder()
                .setStage(stage)
                .setModelUri(modelUri)
                .setDataset(dataset)
                .setCheckpointsUri(layout().checkpoints(name))
                .setTemplate(template())
                .setSettings(sft ? spec.getSft() : spec.getCogpo()))
        .build();
  }

  /**
   * Answers of a model to a benchmark. Settings that a run from before benchmarks had their own
   * lacks are the evaluation's.
   *
   * @param model name of the evaluated model: base, stage-1 or stage-2, or of one of the spec's
   * @param modelSha256 digest of what is at {@code modelUri}, empty to have the trainer compute it
   */
  public TrainerJob generation(
      String model,
      String modelUri,
      String modelSha256,
      BenchmarkSpec benchmark,
      ArtifactRef dataset) {
    EvaluationSpec evaluation = spec.getEvaluation();
    // A benchmark's name has no dot: no other model and benchmark have this name together.
    String separator = spec.getModelsCount() > 0 ? "." : "-";
    EngineSpec engine = engine(model);
    return job("generate-" + model + separator + benchmark.getName())
        .setResources(generationResources(engine))
        .setGeneration(
            GenerationJob.newBuilder()
                .setModelUri(modelUri)
                .setModelSha256(modelSha256)
                .setCompletionsUri(RunLayout.completions(run.getStoreUri()))
                .setEngine(engine)
                .setReuseOnly(run.getReusesCompletions())
                .setDataset(dataset)
                .setOutputUri(layout().evaluation(model, benchmark.getName()))
                .setTemplate(template())
                .setSamples(benchmark.getSamples())
                .setTemperature(
                    benchmark.hasTemperature()
                        ? benchmark.getTemperature()
                        : evaluation.getTemperature())
                .setTopP(benchmark.hasTopP() ? benchmark.getTopP() : evaluation.getTopP())
                .setMaxNewTokens(maxNewTokens(evaluation, benchmark))
                .setBatchSize(evaluation.getBatchSize())
                .setPrompt(benchmark.getPrompt()))
        .build();
  }

  /**
   * @param results JSON of the version's {@code VersionResults}
   * @param baseModel {@code OWNER/NAME} on the hub; empty for a student of another place
   */
  public TrainerJob export(String modelUri, String outputUri, String results, String baseModel) {
    EvaluationSpec evaluation = spec.getEvaluation();
    return job("export")
        .setExport(
            ExportJob.newBuilder()
                .setModelUri(modelUri)
                .setOutputUri(outputUri)
                .setTemplate(template())
                .setCheckProblem(CHECK_PROBLEM)
                .addAllMoreCheckProblems(MORE_CHECK_PROBLEMS)
                .setDtype(spec.getRelease().getDtype())
                .setTemperature(evaluation.getTemperature())
                .setTopP(evaluation.getTopP())
                .setResults(results)
                .setBaseModel(baseModel))
        .build();
  }

  /** The endpoint's model by the name that the server knows it by; a model's own goes before. */
  private EngineSpec engine(String model) {
    EngineSpec engine = spec.getEvaluation().getEngine();
    for (ModelSpec evaluated : spec.getModelsList()) {
      if (evaluated.getName().equals(model) && evaluated.hasEndpoint()) {
        return EngineSpec.newBuilder()
            .setKind(EngineKind.ENGINE_KIND_ENDPOINT)
            .setEndpoint(named(evaluated.getEndpoint(), model))
            .setConcurrency(engine.getConcurrency())
            .build();
      }
    }
    if (!engine.hasEndpoint()) {
      return engine;
    }
    return engine.toBuilder().setEndpoint(named(engine.getEndpoint(), model)).build();
  }

  private static EndpointSpec named(EndpointSpec endpoint, String model) {
    return endpoint.toBuilder().setModel(endpoint.getModel().replace(MODEL_NAME, model)).build();
  }

  /** A model that another server serves, or that is not asked, needs no GPU here. */
  private ResourceSpec generationResources(EngineSpec engine) {
    if (engine.getKind() != EngineKind.ENGINE_KIND_ENDPOINT && !run.getReusesCompletions()) {
      return spec.getResources();
    }
    return spec.getResources().toBuilder()
        .setGpus(0)
        .setRanks(1)
        .clearAcceleratorType()
        .clearCustom()
        .build();
  }

  private TrainerJob.Builder job(String name) {
    return TrainerJob.newBuilder()
        .setSchemaVersion(SCHEMA_VERSION)
        .setRunId(run.getRunId())
        .setJobName(name)
        .setSeed(spec.getSeed())
        .setLogsUri(layout().logs(name))
        .setResources(spec.getResources());
  }

  private StudentTemplate template() {
    return template(spec);
  }

  /** How all trainer jobs of a run render problems and chains as text. */
  public static StudentTemplate template(RunSpec spec) {
    return StudentTemplate.newBuilder()
        .setSystemPrompt(spec.getStudent().getSystemPrompt())
        .setTraceFormat(spec.getStudent().getTraceFormat())
        .setMaxLength(spec.getStudent().getMaxLength())
        .build();
  }

  /** Token limit of the longest answer over all benchmarks; 0 if the run does not evaluate. */
  public static int longestAnswer(EvaluationSpec evaluation) {
    return evaluation.getBenchmarksList().stream()
        .map(benchmark -> maxNewTokens(evaluation, benchmark))
        .max(Integer::compareUnsigned)
        .orElse(0);
  }

  private static int maxNewTokens(EvaluationSpec evaluation, BenchmarkSpec benchmark) {
    return benchmark.hasMaxNewTokens() ? benchmark.getMaxNewTokens() : evaluation.getMaxNewTokens();
  }

  private RunLayout layout() {
    return RunLayout.of(run);
  }
}
