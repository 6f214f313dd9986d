package io.retort.rows;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.retort.judge.client.JudgeClient;
import io.retort.shard.RowStageActivities;
import io.retort.store.StoreFailures;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import io.temporal.activity.Activity;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs the shards of every row stage through the judge workers. */
public final class RowStageActivitiesImpl implements RowStageActivities {
  private final JudgeClient judge;
  private final RowEngine engine;
  private final Map<Stage, RowStage> stages;

  public RowStageActivitiesImpl(JudgeClient judge, RowEngine engine, RowStage... stages) {
    this.judge = judge;
    this.engine = engine;
    this.stages = Stream.of(stages).collect(Collectors.toMap(RowStage::stage, Function.identity()));
  }

  @Override
  public RunShardResponse runShard(RunShardRequest request) {
    Context.CancellableContext callContext = Context.ROOT.withCancellation();
    try {
      ShardJob<?, ?> job =
          stage(request.getContext())
              .open(request.getContext(), request.getShard(), judge.calls(callContext));
      return RunShardResponse.newBuilder().setRows(run(job, callContext)).build();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    } finally {
      callContext.cancel(null);
    }
  }

  @Override
  public FinishStageResponse finishStage(FinishStageRequest request) {
    try {
      return stage(request.getContext()).finish(request.getContext(), heartbeat());
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private <I, R extends Message> long run(
      ShardJob<I, R> job, Context.CancellableContext callContext) {
    return new ShardRunner<>(engine, job, () -> callContext.cancel(null), heartbeat()).run();
  }

  private RowStage stage(RowStageContext context) {
    RowStage stage = stages.get(context.getStage());
    if (stage == null) {
      throw new IllegalArgumentException(
          "stage: " + context.getStage() + " (expected: one of " + stages.keySet() + ")");
    }
    return stage;
  }

  private static Consumer<ShardProgress> heartbeat() {
    return Activity.getExecutionContext()::heartbeat;
  }
}
