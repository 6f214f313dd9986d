package io.retort.evaluation;

import io.retort.ingest.IngestActivities;
import io.retort.ingest.IngestStage;
import io.retort.stage.RunStage;
import io.retort.stage.StageContext;
import io.retort.stage.StageOutput;
import io.retort.training.TrainerJobs;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CompareRequest;
import io.retort.v1.Comparison;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.GenerationResult;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestSummary;
import io.retort.v1.LastStage;
import io.retort.v1.RunSummary;
import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.retort.v1.Stage;
import io.retort.v1.TrainingResult;
import io.temporal.workflow.Functions;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/**
 * Base, stage-1 and stage-2 model, or the spec's models, answer the benchmarks, are scored, and
 * compared.
 */
public final class EvaluateStage implements RunStage {
  /** Histories of before models were compared hold no such activity. */
  private static final String COMPARES = "evaluate-compares-models";

  private record Evaluated(GenerationResult generated, ScoreResponse scored) {}

  @Override
  public Stage stage() {
    return Stage.STAGE_EVALUATE;
  }

  @Override
  public int version() {
    return 5;
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
        "models.name",
        "models.endpoint",
        "evaluation");
  }

  @Override
  public String unit() {
    return "samples";
  }

  @Override
  public SortedMap<String, String> inputs(StageContext context) {
    SortedMap<String, String> inputs =
        IngestStage.describe(
            context,
            "evaluation.benchmarks",
            context.spec().getEvaluation().getBenchmarksList().stream()
                .map(BenchmarkSpec::getSource)
                .toList());
    models(context).stream()
        .filter(model -> !model.hasEndpoint())
        .forEach(model -> inputs.put(model.getName() + " model", model.getSha256()));
    return inputs;
  }

  @Override
  public StageOutput run(StageContext context) {
    // Before any score: those of an evaluation that began without it cannot be compared.
    int version = Workflow.getVersion(COMPARES, Workflow.DEFAULT_VERSION, 1);
    List<EvaluatedModel> models = models(context);
    List<Functions.Func<Evaluated>> tasks = new ArrayList<>();
    List<ArtifactRef> artifacts = new ArrayList<>();
    long samples = 0;
    for (BenchmarkSpec benchmark : context.spec().getEvaluation().getBenchmarksList()) {
      IngestSummary problems = ingest(context, benchmark);
      artifacts.add(problems.getDataset());
      samples += problems.getRows() * benchmark.getSamples() * models.size();
      models.forEach(model -> tasks.add(() -> evaluate(context, model, benchmark, problems)));
    }
    context.expect(samples);
    List<Evaluated> evaluated = context.all(tasks);
    RunSummary.Builder summary = RunSummary.newBuilder();
    for (Evaluated one : evaluated) {
      summary.addScores(one.scored().getScore());
      artifacts.add(one.generated().getSamples());
      artifacts.add(one.scored().getArtifact());
      if (one.generated().hasCompletions()) {
        artifacts.add(one.generated().getCompletions());
      }
      summary.addScoreRecords(one.scored().getArtifact());
    }
    if (version > Workflow.DEFAULT_VERSION) {
      summary.addAllComparisons(compare(context, evaluated));
    }
    return new StageOutput(
        summary.build(), artifacts, samples, summary.getScoresCount() + " scores");
  }

  private static List<EvaluatedModel> models(StageContext context) {
    if (context.spec().getModelsCount() > 0) {
      return context.models();
    }
    ArtifactRef base = context.student().orElseThrow();
    TrainingResult sft = context.summary().getSft();
    TrainingResult cogpo = context.summary().getCogpo();
    return List.of(
        model(EvaluatedModels.BASE, base.getUri(), base.getSha256()),
        model(EvaluatedModels.STAGE_1, sft.getModelUri(), sft.getModelSha256()),
        model(EvaluatedModels.STAGE_2, cogpo.getModelUri(), cogpo.getModelSha256()));
  }

  private static EvaluatedModel model(String name, String uri, String sha256) {
    return EvaluatedModel.newBuilder().setName(name).setModelUri(uri).setSha256(sha256).build();
  }

  private static IngestSummary ingest(StageContext context, BenchmarkSpec benchmark) {
    IngestActivities activities =
        context.activities(IngestActivities.class, IngestActivities.INGEST);
    return context
        .call(
            () ->
                activities.ingest(
                    IngestRequest.newBuilder()
                        .setStoreUri(context.run().getStoreUri())
                        .addSources(benchmark.getSource())
                        .setBenchmark(benchmark)
                        .build()))
        .getSummary();
  }

  private static Evaluated evaluate(
      StageContext context, EvaluatedModel model, BenchmarkSpec benchmark, IngestSummary problems) {
    GenerationResult generated =
        context
            .trainOnce(
                new TrainerJobs(context.run())
                    .generation(
                        model.getName(),
                        model.getModelUri(),
                        model.getSha256(),
                        benchmark,
                        problems.getDataset()))
            .getGeneration();
    EvaluationActivities activities =
        context.activities(EvaluationActivities.class, EvaluationActivities.SCORE);
    ScoreRequest request =
        ScoreRequest.newBuilder()
            .setRun(context.run())
            .setModel(model.getName())
            .setBenchmark(benchmark)
            .setDataset(problems.getDataset())
            .setProblems(problems)
            .setSamples(generated.getSamples())
            .build();
    long rows = generated.getSamples().getRows();
    String what = model.getName() + " " + benchmark.getName();
    // Before they are graded: the heartbeats of their generation, which counted them, have ended.
    context.advance(rows, what + " is being graded");
    ScoreResponse scored;
    try {
      scored = activities.score(request);
    } catch (RuntimeException e) {
      // The task may run again, and counts them again then.
      context.advance(-rows, what + " could not be graded");
      throw e;
    }
    context.advance(0, what + " is scored");
    return new Evaluated(generated, scored);
  }

  private static List<Comparison> compare(StageContext context, List<Evaluated> evaluated) {
    EvaluationActivities activities =
        context.activities(EvaluationActivities.class, EvaluationActivities.COMPARE);
    CompareRequest.Builder request = CompareRequest.newBuilder().setRun(context.run());
    evaluated.forEach(one -> request.addScores(one.scored().getArtifact()));
    return context.call(() -> activities.compare(request.build())).getComparisonsList();
  }
}
