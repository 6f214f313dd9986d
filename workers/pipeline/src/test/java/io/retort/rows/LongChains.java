package io.retort.rows;

import com.google.protobuf.Message;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.retort.answers.FastAnswerChecker;
import io.retort.cache.ResponseCache;
import io.retort.curation.CurationStage;
import io.retort.judge.client.CallGroup;
import io.retort.judge.client.JudgeClient;
import io.retort.preference.PairingStage;
import io.retort.run.FilledSpecs;
import io.retort.store.DataRoots;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.student.TokenCounter;
import io.retort.v1.ArtifactRef;
import io.retort.v1.Corrupter;
import io.retort.v1.CurationSpec;
import io.retort.v1.DifficultySignal;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.JudgeSpec;
import io.retort.v1.Manifest;
import io.retort.v1.PreferenceSpec;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * A separate process that curates and pairs many shards of long chains at once, and prints the
 * numbers of kept rows and of pairs.
 */
final class LongChains {
  static final int SHARDS = 12;
  static final int ROWS = 40;
  private static final int CHAIN_CHARACTERS = 60_000;
  private static final String STEP = "Half of the eggs are given away again.\n";
  private static final String END = "Both are 48 + 24 = 72.";

  private static final RunSpec SPEC =
      FilledSpecs.of(
          RunSpec.newBuilder()
              .setJudge(JudgeSpec.newBuilder().setConcurrency(ROWS))
              .setCuration(
                  CurationSpec.newBuilder()
                      .setDifficulty(DifficultySignal.DIFFICULTY_SIGNAL_JUDGE)
                      .setLlmValidation(true))
              .setPreference(
                  PreferenceSpec.newBuilder()
                      .addCorrupters(Corrupter.CORRUPTER_JUDGE)
                      .setMaxPairsPerProblem(1)));

  private final String uri;
  private final Store store;
  private final JudgeClient judge;
  private final RowEngine engine;
  private final ResponseCache cache;

  private LongChains(String uri, JudgeClient judge, RowEngine engine) {
    this.uri = uri;
    this.judge = judge;
    this.engine = engine;
    store = Store.open(uri);
    cache = new ResponseCache(store);
  }

  /**
   * @param arguments address of a judge that rates each original chain as hard, and root of a store
   */
  public static void main(String[] arguments) {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    RowEngine engine =
        new RowEngine(
            executor,
            RowSlots.ofThisProcess(2048),
            new RowMetrics(new PrometheusRegistry()),
            new ShutdownSignal());
    try (JudgeClient judge = JudgeClient.connect(arguments[0], Duration.ofMinutes(5), executor)) {
      new LongChains(arguments[1], judge, engine).run();
      System.exit(0);
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  /** A chain that concludes 72. */
  static String chain(String first) {
    return first + "\n" + STEP.repeat(CHAIN_CHARACTERS / STEP.length()) + END;
  }

  private void run() throws IOException {
    FastAnswerChecker answers = new FastAnswerChecker();
    ArtifactRef kept =
        run(new CurationStage(store, answers, TokenCounter.none(), DataRoots.all()), dataset())
            .getCuration()
            .getKept();
    System.out.println("kept: " + kept.getRows());
    System.out.println(
        "pairs: " + run(new PairingStage(store, answers), kept).getPairing().getPairs().getRows());
  }

  private ArtifactRef dataset() throws IOException {
    Manifest.Builder manifest = Manifest.newBuilder();
    for (int shard = 0; shard < SHARDS; shard++) {
      try (ScratchPart part = new ScratchPart()) {
        for (int row = 0; row < ROWS; row++) {
          String problem = "Eggs " + shard + "/" + row;
          part.add(
              Sample.newBuilder()
                  .setId(Hashes.sha256Hex(problem))
                  .setProblem(problem)
                  .setChain(chain("As it came."))
                  .setAnswer("72")
                  .build());
        }
        manifest.addParts(part.store(store, uri + "/data", shard));
      }
    }
    return Manifests.commit(store, uri + "/data", manifest.build());
  }

  private FinishStageResponse run(RowStage stage, ArtifactRef input) throws IOException {
    RowStageContext context =
        RowStageContext.newBuilder()
            .setRun(RunContext.newBuilder().setRunId("run-1").setStoreUri(uri).setSpec(SPEC))
            .setStage(stage.stage())
            .setInput(input)
            .build();
    ExecutorService threads = Executors.newFixedThreadPool(SHARDS);
    List<CompletableFuture<Void>> shards =
        IntStream.range(0, SHARDS)
            .mapToObj(
                shard -> CompletableFuture.runAsync(() -> runShard(stage, context, shard), threads))
            .toList();
    shards.forEach(CompletableFuture::join);
    threads.shutdown();
    return stage.finish(
        FinishStageRequest.newBuilder().setContext(context).build(), progress -> {});
  }

  private void runShard(RowStage stage, RowStageContext context, int shard) {
    CallGroup scope = new CallGroup();
    try (ShardJudge shardJudge =
        ShardJudge.open(
            judge,
            store,
            cache,
            context,
            stage.folder(context.getRun(), shard),
            stage.methods(SPEC),
            new StageAnswers(),
            scope,
            () -> {})) {
      run(stage.open(context, shard, shardJudge, progress -> {}), shardJudge, scope);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <I, R extends Message> void run(
      ShardJob<I, R> job, ShardJudge shardJudge, CallGroup scope) throws IOException {
    ShardInputs<I> inputs = job.inputs();
    try (inputs) {
      ShardResult result =
          new ShardRunner<>(
                  engine,
                  job,
                  shardJudge.log(),
                  new ScriptedEndpoints(),
                  Double.POSITIVE_INFINITY,
                  scope::cancel,
                  progress -> {})
              .run();
      if (result.rows() != ROWS) {
        throw new IllegalStateException(result + " (expected: " + ROWS + " rows)");
      }
    }
  }
}
