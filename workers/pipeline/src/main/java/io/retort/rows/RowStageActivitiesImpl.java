package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.activity.ActivityPolicies;
import io.retort.cache.ResponseCache;
import io.retort.judge.client.CallGroup;
import io.retort.judge.client.JudgeClient;
import io.retort.judge.client.JudgeMethod;
import io.retort.store.DataRoots;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.store.StoreFailures;
import io.retort.v1.DescribeRowStageRequest;
import io.retort.v1.DescribeRowStageResponse;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Manifest;
import io.retort.v1.PromptFile;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs the shards of every row stage through the judge workers. */
public final class RowStageActivitiesImpl implements RowStageActivities {
  private final Store store;
  private final JudgeClient judge;
  private final ResponseCache cache;
  private final RowEngine engine;
  private final DataRoots roots;
  private final Map<Stage, RowStage> stages;
  private final AnswersByStage answers = new AnswersByStage();

  /**
   * @param roots allowed locations of folders of prompts
   */
  public RowStageActivitiesImpl(
      Store store, JudgeClient judge, RowEngine engine, DataRoots roots, RowStage... stages) {
    this.store = store;
    this.roots = roots;
    this.judge = judge;
    this.engine = engine;
    this.cache = new ResponseCache(store);
    this.stages = Stream.of(stages).collect(Collectors.toMap(RowStage::stage, Function.identity()));
  }

  @Override
  public DescribeRowStageResponse describeRowStage(DescribeRowStageRequest request) {
    RunContext run = request.getRun();
    RowStage stage = stage(request.getStage());
    try {
      DescribeRowStageResponse.Builder response =
          DescribeRowStageResponse.newBuilder().putAllInputs(stage.inputs(run.getSpec()));
      List<JudgeMethod<?, ?>> methods = stage.methods(run.getSpec());
      // Pairing with rules alone needs no judge.
      if (!methods.isEmpty()) {
        List<PromptFile> prompts =
            request.getPromptsOfSpec() && run.getSpec().getJudge().hasPrompts()
                ? PromptReplacements.read(roots, run.getSpec().getJudge().getPrompts())
                : ShardJudge.prompts(store, run);
        response.putInputs("judge", ShardJudge.fingerprint(judge, run, methods, prompts));
      }
      return response.build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  @Override
  public RunShardResponse runShard(RunShardRequest request) {
    CallGroup calls = new CallGroup();
    RowStageContext context = request.getContext();
    RowStage stage = stage(context);
    Consumer<ShardProgress> heartbeat = heartbeat();
    try (ShardJudge shardJudge =
        ShardJudge.open(
            judge,
            store,
            cache,
            context,
            stage.folder(context.getRun(), request.getShard()),
            stage.methods(context.getRun().getSpec()),
            answers.of(context),
            calls,
            () -> heartbeat.accept(ShardProgress.getDefaultInstance()))) {
      ShardResult result =
          run(
              stage,
              stage.open(context, request.getShard(), shardJudge, heartbeat),
              shardJudge,
              request,
              calls);
      return RunShardResponse.newBuilder()
          .setRows(result.rows())
          .setCost(result.cost())
          .setKeptAnswers(result.keptAnswers())
          .build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } catch (ApplicationFailure e) {
      throw withoutShortHint(e, Activity.getExecutionContext().getInfo().getAttempt());
    } finally {
      calls.cancel();
    }
  }

  @Override
  public FinishStageResponse finishStage(FinishStageRequest request) {
    try {
      return stage(request.getContext()).finish(request, heartbeat());
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private <I, R extends Message> ShardResult run(
      RowStage stage,
      ShardJob<I, R> job,
      ShardJudge shardJudge,
      RunShardRequest request,
      CallGroup calls)
      throws IOException {
    ShardInputs<I> inputs = job.inputs();
    try (inputs) {
      return new ShardRunner<>(
              engine,
              job,
              shardJudge.log(),
              new ShardEndpoints(
                  shardJudge.witness(),
                  shardJudge.questions(),
                  () -> hasCommittedAnswer(stage, job, request.getContext())),
              request.hasCostLimit() ? request.getCostLimit() : Double.POSITIVE_INFINITY,
              calls::cancel,
              heartbeat())
          .run();
    }
  }

  /** Whether any committed shard of the stage has a row that was answered. */
  private <R extends Message> boolean hasCommittedAnswer(
      RowStage stage, ShardJob<?, R> job, RowStageContext context) throws IOException {
    int shards = Manifests.read(store, context.getInput()).getPartsCount();
    AtomicBoolean answered = new AtomicBoolean();
    for (int shard = 0; shard < shards && !answered.get(); shard++) {
      RowLog<R> log = job.log().of(stage.folder(context.getRun(), shard));
      Optional<Manifest> committed = log.find();
      if (committed.isPresent()) {
        log.readCommitted(
            committed.get(),
            rowRecord -> {
              if (job.usage().apply(rowRecord).getCalls() > 0) {
                answered.set(true);
              }
            });
      }
    }
    return answered.get();
  }

  /** A provider's retry delay applies if it is longer than the delay until the next attempt. */
  static ApplicationFailure withoutShortHint(ApplicationFailure failure, int attempt) {
    Duration hint = failure.getNextRetryDelay();
    if (hint != null && hint.compareTo(ActivityPolicies.backoff(attempt)) <= 0) {
      failure.setNextRetryDelay(null);
    }
    return failure;
  }

  private RowStage stage(RowStageContext context) {
    return stage(context.getStage());
  }

  private RowStage stage(Stage name) {
    RowStage stage = stages.get(name);
    if (stage == null) {
      throw new IllegalArgumentException(
          "stage: " + name + " (expected: one of " + stages.keySet() + ")");
    }
    return stage;
  }

  private static Consumer<ShardProgress> heartbeat() {
    return Activity.getExecutionContext()::heartbeat;
  }
}
