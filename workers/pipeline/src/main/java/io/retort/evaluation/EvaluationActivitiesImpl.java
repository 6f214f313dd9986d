package io.retort.evaluation;

import io.retort.failure.Failures;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.GeneratedSample;
import io.retort.v1.Score;
import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.retort.v1.ShardProgress;
import io.retort.worker.ProtoJson;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Scores generated samples that lie in the store. The same samples give the same bytes again. */
public final class EvaluationActivitiesImpl implements EvaluationActivities {
  /** Name of the object, beside the samples' manifest, that holds the {@link Score}. */
  public static final String SCORES = "scores.json";

  private static final int ROWS_PER_HEARTBEAT = 500;

  private final Store store;

  public EvaluationActivitiesImpl(Store store) {
    this.store = store;
  }

  @Override
  public ScoreResponse score(ScoreRequest request) {
    BenchmarkSpec benchmark = request.getBenchmark();
    Scorer.checkK(benchmark);
    try {
      long expected = expectedProblems(request);
      DrawnAnswers drawn = readAnswers(request, expected);
      List<Problem> problems = drawn.problems(expected);
      long seed = Integer.toUnsignedLong(request.getRun().getSpec().getSeed());
      Score.Builder builder =
          Scorer.score(benchmark, problems, seed).toBuilder()
              .setModel(request.getModel())
              .setTemperature(temperature(request))
              .setDatasetSha256(request.getDataset().getSha256())
              .addAllLetters(drawn.letters())
              .addAllRevisions(request.getProblems().getRevisionsList())
              .setContentSha256(request.getProblems().getContentSha256())
              .setRedacted(benchmark.getRedacted());
      ErrataScore.of(benchmark, problems, drawn.errata(), seed)
          .ifPresent(builder::setWithoutErrata);
      Score score = builder.build();
      byte[] json = ProtoJson.print(score).getBytes(StandardCharsets.UTF_8);
      ArtifactRef artifact =
          store.write(
              Store.resolve(Manifests.folder(request.getSamples()), SCORES),
              output -> output.write(json));
      return ScoreResponse.newBuilder().setScore(score).setArtifact(artifact).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  /** Benchmarks of before they had their own temperature have the evaluation's. */
  private static double temperature(ScoreRequest request) {
    return request.getBenchmark().hasTemperature()
        ? request.getBenchmark().getTemperature()
        : request.getRun().getSpec().getEvaluation().getTemperature();
  }

  private long expectedProblems(ScoreRequest request) throws IOException {
    long expected = Manifests.read(store, request.getDataset()).getRows();
    if (expected == 0) {
      throw Failures.user(
          "DATA_EMPTY",
          "benchmark " + request.getBenchmark().getName() + ": 0 problems (expected: at least 1)");
    }
    return expected;
  }

  private DrawnAnswers readAnswers(ScoreRequest request, long expected) throws IOException {
    ActivityExecutionContext context = Activity.getExecutionContext();
    ShardProgress.Builder progress =
        ShardProgress.newBuilder().setTotal(expected * request.getBenchmark().getSamples());
    context.heartbeat(progress.build());
    DrawnAnswers drawn =
        new DrawnAnswers(request.getBenchmark().getName(), request.getBenchmark().getSamples());
    Manifests.<GeneratedSample>forEachRow(
        store,
        request.getSamples(),
        GeneratedSample::newBuilder,
        sample -> {
          drawn.add(sample);
          progress.setDone(progress.getDone() + 1);
          if (progress.getDone() % ROWS_PER_HEARTBEAT == 0) {
            context.heartbeat(progress.build());
          }
        });
    return drawn;
  }
}
