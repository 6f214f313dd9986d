package io.retort.training;

import io.retort.layout.RunLayout;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.ExportJob;
import io.retort.v1.GenerationJob;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.StudentTemplate;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainingJob;
import io.retort.v1.TrainingStage;

/** The trainer jobs of one run, with all settings resolved from its spec. */
public final class TrainerJobs {
  private static final int SCHEMA_VERSION = 1;

  /** The problem that the exported model answers before and after its reload. */
  private static final String CHECK_PROBLEM = "What is 7 plus 5?";

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
   * Creates a generation job. For runs that began before benchmarks had their own settings, missing
   * settings are the evaluation's.
   */
  public TrainerJob generation(
      String model, String modelUri, BenchmarkSpec benchmark, ArtifactRef dataset) {
    EvaluationSpec evaluation = spec.getEvaluation();
    return job("generate-" + model + "-" + benchmark.getName())
        .setGeneration(
            GenerationJob.newBuilder()
                .setModelUri(modelUri)
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

  public TrainerJob export(String modelUri, String outputUri) {
    return job("export")
        .setExport(
            ExportJob.newBuilder()
                .setModelUri(modelUri)
                .setOutputUri(outputUri)
                .setTemplate(template())
                .setCheckProblem(CHECK_PROBLEM))
        .build();
  }

  private TrainerJob.Builder job(String name) {
    return TrainerJob.newBuilder()
        .setSchemaVersion(SCHEMA_VERSION)
        .setRunId(run.getRunId())
        .setJobName(name)
        .setSeed(spec.getSeed())
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
