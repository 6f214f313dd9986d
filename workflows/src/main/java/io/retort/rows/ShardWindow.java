package io.retort.rows;

import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.OpenShard;
import io.retort.v1.Pause;
import io.retort.v1.RowStageRequest;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs the activities of shards as a sliding window: when a shard finishes, the next one starts.
 * The first USER failure cancels the running shards, waits for them, and is thrown. A pause, and a
 * fault that outlived its retries, also cancel the running shards, but are not thrown. The store
 * contains all finished rows.
 *
 * <p>With a budget, each shard may spend an equal share of the remainder. A shard that has spent
 * its share stops and waits for another share; the stage pauses when nothing remains.
 */
final class ShardWindow {
  /**
   * History length from which no more shards are started. The limit is two thousand events, and
   * each of at most 64 running shards adds six: three of its own, and three of the workflow task
   * that processes its end.
   */
  static final int MOST_EVENTS = 1500;

  /** Smallest share of the budget that is worth an attempt while other shards still run. */
  private static final double SMALLEST_SHARE = 0.01;

  private final RowStageRequest request;
  private final int inFlight;
  private final Function<RunShardRequest, Promise<RunShardResponse>> activity;

  private final Deque<OpenShard> waiting;
  private final Map<Integer, Running> running = new HashMap<>();
  private int next;
  private long finishedRows;
  private double committedCost;
  private long keptAnswers;
  private boolean pauseRequested;
  private @Nullable Pause pause;
  private @Nullable Failure fault;
  private String tried = "";
  private boolean budgetSpent;
  private @Nullable RuntimeException failure;

  private record Running(double cost, double limit) {}

  /**
   * @param activity starts the activity of a shard
   */
  ShardWindow(
      RowStageRequest request, Function<RunShardRequest, Promise<RunShardResponse>> activity) {
    this.request = request;
    this.activity = activity;
    inFlight =
        Math.max(1, request.getContext().getRun().getSpec().getCuration().getShardsInFlight());
    waiting = new ArrayDeque<>(request.getOpenShardsList());
    next = request.getNextShard();
    finishedRows = request.getFinishedRows();
    committedCost = request.getCost();
    keptAnswers = request.getKeptAnswers();
  }

  /** Stops the running shards; {@link #run} returns once they have stopped. */
  void pause() {
    pauseRequested = true;
  }

  /** Runs shards until all are committed, the stage pauses, or the history reaches its limit. */
  void run() {
    CancellationScope scope = Workflow.newCancellationScope(this::startAll);
    scope.run();
    if (!running.isEmpty() && !scope.isCancelRequested()) {
      scope.cancel(failure == null ? "paused" : "a shard failed");
    }
    Workflow.newDetachedCancellationScope(() -> Workflow.await(running::isEmpty)).run();
    if (failure != null) {
      throw failure;
    }
  }

  boolean isFinished() {
    return running.isEmpty() && waiting.isEmpty() && next >= request.getShards();
  }

  boolean isPaused() {
    return pauseRequested || budgetSpent || pause != null;
  }

  /** Why the stage paused, for reasons other than its budget. */
  @Nullable Pause ownPause() {
    return pause;
  }

  /** The retries that were made before the fault. */
  String tried() {
    return tried;
  }

  /** The fault that paused the stage. */
  @Nullable Failure fault() {
    return fault;
  }

  boolean isBudgetSpent() {
    return budgetSpent;
  }

  long finishedRows() {
    return finishedRows;
  }

  long keptAnswers() {
    return keptAnswers;
  }

  /** Known cost of all rows. */
  double cost() {
    return committedCost
        + waiting.stream().mapToDouble(OpenShard::getCost).sum()
        + running.values().stream().mapToDouble(Running::cost).sum();
  }

  /** The request for the remaining work, once no shard is running. */
  RowStageRequest rest() {
    return request.toBuilder()
        .setNextShard(next)
        .clearOpenShards()
        .addAllOpenShards(waiting)
        .setFinishedRows(finishedRows)
        .setCost(committedCost)
        .setKeptAnswers(keptAnswers)
        .build();
  }

  private void startAll() {
    while (true) {
      Workflow.newDetachedCancellationScope(() -> Workflow.await(this::canGoOn)).run();
      if (isStopping() || !canStart()) {
        budgetSpent = !isStopping() && leavesNothingToSpend();
        return;
      }
      start(waiting.isEmpty() ? open(next++) : waiting.removeFirst());
    }
  }

  private boolean canGoOn() {
    return isStopping() || canStart() || running.isEmpty();
  }

  private boolean isStopping() {
    return failure != null || isPaused();
  }

  private boolean canStart() {
    if (running.size() >= inFlight
        || (waiting.isEmpty() && next >= request.getShards())
        || Workflow.getInfo().getHistoryLength() >= MOST_EVENTS) {
      return false;
    }
    if (!request.hasBudget()) {
      return true;
    }
    if (free() <= 0) {
      return false;
    }
    double share = share();
    if (share >= SMALLEST_SHARE * request.getBudget()) {
      return true;
    }
    return running.isEmpty();
  }

  /** Whether nothing runs and the remaining rows cost more than the remaining budget. */
  private boolean leavesNothingToSpend() {
    return request.hasBudget() && !isFinished() && running.isEmpty() && free() <= 0;
  }

  /** Budget that is neither spent nor reserved by running shards. */
  private double free() {
    double reserved =
        running.values().stream()
            .mapToDouble(shard -> Math.max(0, shard.limit() - shard.cost()))
            .sum();
    return request.getBudget() - cost() - reserved;
  }

  private double share() {
    int left = waiting.size() + request.getShards() - next;
    return free() / Math.max(1, Math.min(inFlight - running.size(), left));
  }

  private void start(OpenShard open) {
    RunShardRequest.Builder shardRequest =
        RunShardRequest.newBuilder().setContext(request.getContext()).setShard(open.getShard());
    double limit = Double.POSITIVE_INFINITY;
    if (request.hasBudget()) {
      double share = share();
      boolean last = share < SMALLEST_SHARE * request.getBudget();
      limit = open.getCost() + (last ? free() : share);
      shardRequest.setCostLimit(limit);
    }
    running.put(open.getShard(), new Running(open.getCost(), limit));
    activity
        .apply(shardRequest.build())
        .handle(
            (response, thrown) -> {
              running.remove(open.getShard());
              if (thrown == null) {
                finishedRows += response.getRows();
                committedCost += response.getCost();
                keptAnswers += response.getKeptAnswers();
              } else {
                stopped(open, thrown);
              }
              return null;
            });
  }

  private void stopped(OpenShard open, RuntimeException thrown) {
    if (Failures.isCancellation(thrown) && failure == null && isPaused()) {
      waiting.addFirst(open);
      return;
    }
    Failure reported = Failures.fromThrowable(thrown);
    if (reported.getCategory() == FailureCategory.FAILURE_CATEGORY_BUDGET) {
      waiting.addFirst(open.toBuilder().setCost(Math.max(open.getCost(), cost(thrown))).build());
      if (!reported.getType().equals(RowStageActivities.ALLOWANCE_SPENT) && pause == null) {
        pause = pause(reported.getMessage() + "; then resume: retort runs resume " + runId());
      }
    } else if (Failures.isCancellation(thrown)
        || reported.getCategory() == FailureCategory.FAILURE_CATEGORY_USER) {
      if (failure == null) {
        failure = thrown;
      }
    } else {
      waiting.addFirst(open);
      pauseFor(thrown);
    }
  }

  /** Pauses for a fault that outlived its retries. */
  void pauseFor(Throwable thrown) {
    if (pause == null) {
      Failure reported = Failures.fromThrowable(thrown);
      fault = reported;
      tried = ActivityPolicies.attempts(thrown);
      pause =
          Pause.newBuilder()
              .setCategory(reported.getCategory())
              .setMessage(reported.getMessage() + "; resume: retort runs resume " + runId())
              .build();
    }
  }

  private static double cost(Throwable thrown) {
    for (Throwable current = thrown; current != null; current = current.getCause()) {
      if (current instanceof ApplicationFailure reported && reported.getDetails().getSize() > 0) {
        return reported.getDetails().get(Double.class);
      }
    }
    return 0;
  }

  private String runId() {
    return request.getContext().getRun().getRunId();
  }

  private static Pause pause(String message) {
    return Pause.newBuilder()
        .setCategory(FailureCategory.FAILURE_CATEGORY_BUDGET)
        .setMessage(message)
        .build();
  }

  private static OpenShard open(int shard) {
    return OpenShard.newBuilder().setShard(shard).build();
  }
}
