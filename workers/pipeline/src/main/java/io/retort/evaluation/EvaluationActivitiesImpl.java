package io.retort.evaluation;

import com.google.protobuf.util.Timestamps;
import io.retort.answers.AnswerChecker;
import io.retort.failure.Failures;
import io.retort.store.Manifests;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.store.StoredMessages;
import io.retort.v1.AnswerKind;
import io.retort.v1.ArtifactRef;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.CalibrateRequest;
import io.retort.v1.CalibrateResponse;
import io.retort.v1.Calibration;
import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.CompareRequest;
import io.retort.v1.CompareResponse;
import io.retort.v1.Comparison;
import io.retort.v1.Count;
import io.retort.v1.GeneratedSample;
import io.retort.v1.ListFlipsRequest;
import io.retort.v1.ListFlipsResponse;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import io.retort.v1.ScoreRequest;
import io.retort.v1.ScoreResponse;
import io.retort.v1.ShardProgress;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Scores generated samples that lie in the store. The same samples give the same bytes again. */
public final class EvaluationActivitiesImpl implements EvaluationActivities {
  /** Name of the object, beside the samples' manifest, that holds the {@link ScoreRecord}. */
  public static final String SCORES = "scores.json";

  private record ModelPair(String model, String baseline) {}

  private static final List<ModelPair> COMPARED =
      List.of(
          new ModelPair(EvaluatedModels.STAGE_1, EvaluatedModels.BASE),
          new ModelPair(EvaluatedModels.STAGE_2, EvaluatedModels.STAGE_1),
          new ModelPair(EvaluatedModels.STAGE_2, EvaluatedModels.BASE));

  private final Store store;
  private final AnswerChecker answers;
  private final Clock clock = Clock.systemUTC();

  /**
   * @param answers decides which of the answers to a problem are the same, for cons@k
   */
  public EvaluationActivitiesImpl(Store store, AnswerChecker answers) {
    this.store = store;
    this.answers = answers;
  }

  @Override
  public ScoreResponse score(ScoreRequest request) {
    BenchmarkSpec benchmark = request.getBenchmark();
    Scorer.checkK(benchmark);
    ActivityExecutionContext context = Activity.getExecutionContext();
    ShardProgress.Builder progress =
        ShardProgress.newBuilder()
            .setTotal(request.getDataset().getRows() * benchmark.getSamples());
    try {
      Map<String, AnswerKind> kinds = readKinds(request, () -> context.heartbeat(progress.build()));
      progress.setTotal((long) kinds.size() * benchmark.getSamples());
      context.heartbeat(progress.build());
      DrawnAnswers drawn = readAnswers(request, kinds, context, progress);
      List<Problem> problems = drawn.problems();
      List<Ballot> ballots =
          new Ballots(answers, () -> context.heartbeat(progress.build())).of(problems, kinds);
      long seed = Integer.toUnsignedLong(request.getRun().getSpec().getSeed());
      ScoreRecord.Builder scored = Scorer.score(benchmark, problems, ballots, seed).toBuilder();
      List<Count> lost = request.getProblems().getQuarantineReasonsList();
      Score.Builder score = scored.getScoreBuilder();
      score
          .setModel(request.getModel())
          .setTemperature(temperature(request))
          .setDatasetSha256(request.getDataset().getSha256())
          .setProblemsExpected(problems.size() + lost.stream().mapToLong(Count::getCount).sum())
          .addAllLostRows(lost)
          .addAllLetters(drawn.letters())
          .addAllRevisions(request.getProblems().getRevisionsList())
          .setContentSha256(request.getProblems().getContentSha256())
          .setRedacted(benchmark.getRedacted())
          .setProblemsManifest(request.getDataset())
          .setSamplesManifest(request.getSamples());
      ErrataScore.of(benchmark, problems, drawn.errata(), seed).ifPresent(score::setWithoutErrata);
      byte[] json = ProtoJson.print(scored).getBytes(StandardCharsets.UTF_8);
      ArtifactRef artifact =
          store.write(
              Store.resolve(Manifests.folder(request.getSamples()), SCORES),
              output -> output.write(json));
      return ScoreResponse.newBuilder().setScore(scored.getScore()).setArtifact(artifact).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public CompareResponse compare(CompareRequest request) {
    try {
      List<ScoreRecord> records = new ArrayList<>();
      for (ArtifactRef scores : request.getScoresList()) {
        records.add(readRecord(scores));
      }
      Map<String, Double> margins = BenchmarkSettings.margins(request.getRun().getSpec());
      List<Comparison> comparisons = new ArrayList<>();
      for (ModelPair pair : pairs(request.getRun().getSpec())) {
        comparisons.addAll(Comparer.compare(records, pair.model(), pair.baseline(), margins));
      }
      return CompareResponse.newBuilder().addAllComparisons(comparisons).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public ListFlipsResponse listFlips(ListFlipsRequest request) {
    ActivityExecutionContext context = Activity.getExecutionContext();
    try {
      return ListFlipsResponse.newBuilder()
          .setFlips(
              new FlipLister(store, request.getStoreUri(), () -> context.heartbeat(null))
                  .list(request.getRun()))
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public CompareForGateResponse compareForGate(CompareForGateRequest request) {
    try {
      List<ScoreRecord> records = new ArrayList<>();
      for (ArtifactRef scores : request.getScoresList()) {
        records.add(readRecord(scores));
      }
      return new GateComparer(store, request, records).compare();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public CalibrateResponse calibrate(CalibrateRequest request) {
    List<Calibration> calibrations =
        Calibrator.calibrate(
            request.getRun(), Timestamps.fromMillis(clock.millis()), request.getCodeVersion());
    try {
      new Calibrations(store, request.getStoreUri()).keep(calibrations);
      return CalibrateResponse.newBuilder().addAllCalibrations(calibrations).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  /** Models that are named by the spec are compared with the first of them. */
  private static List<ModelPair> pairs(RunSpec spec) {
    if (spec.getModelsCount() == 0) {
      return COMPARED;
    }
    String first = spec.getModels(0).getName();
    return spec.getModelsList().stream()
        .skip(1)
        .map(model -> new ModelPair(model.getName(), first))
        .toList();
  }

  /** Benchmarks of before they had their own temperature have the evaluation's. */
  private static double temperature(ScoreRequest request) {
    return request.getBenchmark().hasTemperature()
        ? request.getBenchmark().getTemperature()
        : request.getRun().getSpec().getEvaluation().getTemperature();
  }

  private ScoreRecord readRecord(ArtifactRef scores) throws IOException {
    return StoredMessages.read(store, scores.getUri(), ScoreRecord.getDefaultInstance())
        .orElseThrow(() -> new NoSuchFileException(scores.getUri()));
  }

  /** The kinds of answer of the benchmark's problems, by id. */
  private Map<String, AnswerKind> readKinds(ScoreRequest request, Runnable alive)
      throws IOException {
    Map<String, AnswerKind> kinds = new HashMap<>();
    Manifests.<Sample>forEachRow(
        store,
        request.getDataset(),
        Sample::newBuilder,
        sample -> {
          kinds.put(sample.getId(), sample.getAnswerKind());
          // Each row, as some are large; the SDK throttles.
          alive.run();
        });
    if (kinds.isEmpty()) {
      throw Failures.user(
          "DATA_EMPTY",
          "benchmark " + request.getBenchmark().getName() + ": 0 problems (expected: at least 1)");
    }
    return kinds;
  }

  private DrawnAnswers readAnswers(
      ScoreRequest request,
      Map<String, AnswerKind> kinds,
      ActivityExecutionContext context,
      ShardProgress.Builder progress)
      throws IOException {
    DrawnAnswers drawn =
        new DrawnAnswers(
            request.getBenchmark().getName(), request.getBenchmark().getSamples(), kinds.keySet());
    Manifests.<GeneratedSample>forEachRow(
        store,
        request.getSamples(),
        GeneratedSample::newBuilder,
        sample -> {
          drawn.add(sample);
          progress.setDone(progress.getDone() + 1);
          context.heartbeat(progress.build());
        });
    return drawn;
  }
}
