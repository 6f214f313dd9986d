package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.evaluation.EvaluationActivities;
import io.retort.ingest.IngestActivities;
import io.retort.training.TrainerJobs;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.GenerationResult;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestSummary;
import io.retort.v1.RunContext;
import io.retort.v1.Score;
import io.retort.v1.ScoreRequest;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The evaluation of a run that began before stages had fingerprints. Workflow code. */
final class EvaluationV1 {
  private final EvaluationActivities scorer =
      Workflow.newActivityStub(
          EvaluationActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(EvaluationActivities.SCORE));

  private final RunContext context;
  private final TrainerJobs jobs;
  private final TrainerRuns trainers;
  private final IngestActivities ingest;
  private final RunTracker tracker;

  EvaluationV1(
      RunContext context,
      TrainerJobs jobs,
      TrainerRuns trainers,
      IngestActivities ingest,
      RunTracker tracker) {
    this.context = context;
    this.jobs = jobs;
    this.trainers = trainers;
    this.ingest = ingest;
    this.tracker = tracker;
  }

  /** Scores each model on each benchmark. */
  void run(Map<String, String> models) {
    Map<BenchmarkSpec, ArtifactRef> benchmarks = new LinkedHashMap<>();
    long samples = 0;
    for (BenchmarkSpec benchmark : context.getSpec().getEvaluation().getBenchmarksList()) {
      IngestSummary problems =
          ingest
              .ingest(
                  IngestRequest.newBuilder()
                      .setStoreUri(context.getStoreUri())
                      .addSources(benchmark.getSource())
                      .setShardRows(context.getSpec().getData().getShardRows())
                      .build())
              .getSummary();
      benchmarks.put(benchmark, problems.getDataset());
      samples += problems.getRows() * benchmark.getSamples() * models.size();
    }
    tracker.expect(samples);
    List<Score> scores = evaluateAll(models, benchmarks);
    tracker.leave(samples, scores.size() + " scores", builder -> builder.addAllScores(scores));
  }

  /**
   * Everything at once: the GPU queue's slots decide how much of it runs. The first failure cancels
   * the rest.
   */
  private List<Score> evaluateAll(
      Map<String, String> models, Map<BenchmarkSpec, ArtifactRef> benchmarks) {
    List<Promise<Score>> promises = new ArrayList<>();
    CancellationScope scope =
        Workflow.newCancellationScope(
            () ->
                benchmarks.forEach(
                    (benchmark, dataset) ->
                        models.forEach(
                            (model, modelUri) ->
                                promises.add(
                                    Async.function(
                                        () -> evaluateOne(model, modelUri, benchmark, dataset))))));
    scope.run();
    try {
      Promise.allOf(promises).get();
    } catch (TemporalFailure failed) {
      scope.cancel("an evaluation failed");
      throw failed;
    }
    return promises.stream().map(Promise::get).toList();
  }

  private Score evaluateOne(
      String model, String modelUri, BenchmarkSpec benchmark, ArtifactRef dataset) {
    GenerationResult generated =
        trainers.run(jobs.generation(model, modelUri, "", benchmark, dataset)).getGeneration();
    Score score =
        scorer
            .score(
                ScoreRequest.newBuilder()
                    .setRun(context)
                    .setModel(model)
                    .setBenchmark(benchmark)
                    .setDataset(dataset)
                    .setSamples(generated.getSamples())
                    .build())
            .getScore();
    tracker.advance(
        generated.getSamples().getRows(), model + " " + benchmark.getName() + " is scored");
    return score;
  }
}
