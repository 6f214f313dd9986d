package io.retort.control;

import io.retort.rows.RowStageActivities;
import io.retort.training.TrainerActivities;
import io.retort.v1.DescribeRowStageRequest;
import io.retort.v1.DescribeRowStageResponse;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.ShardProgress;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.activity.Activity;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Activities whose heartbeats and end the test controls. */
final class StubActivities implements TrainerActivities, RowStageActivities {
  final AtomicReference<TrainerHeartbeat> trainerHeartbeat =
      new AtomicReference<>(TrainerHeartbeat.getDefaultInstance());
  private volatile CountDownLatch end = new CountDownLatch(1);

  /** Makes activities that start from now on wait again. */
  void reset() {
    trainerHeartbeat.set(TrainerHeartbeat.getDefaultInstance());
    end = new CountDownLatch(1);
  }

  void letEnd() {
    end.countDown();
  }

  @Override
  public TrainerResult runTrainerJob(TrainerJob job) {
    Activity.getExecutionContext().heartbeat(trainerHeartbeat.get());
    awaitEnd();
    return TrainerResult.getDefaultInstance();
  }

  @Override
  public DescribeRowStageResponse describeRowStage(DescribeRowStageRequest request) {
    throw new UnsupportedOperationException();
  }

  @Override
  public RunShardResponse runShard(RunShardRequest request) {
    Activity.getExecutionContext()
        .heartbeat(ShardProgress.newBuilder().setDone(12).setTotal(60).build());
    awaitEnd();
    return RunShardResponse.getDefaultInstance();
  }

  @Override
  public FinishStageResponse finishStage(FinishStageRequest request) {
    return FinishStageResponse.getDefaultInstance();
  }

  private void awaitEnd() {
    try {
      if (!end.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the test has not let the activity end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
