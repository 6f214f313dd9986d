package io.retort.ray;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the cluster that this process joined is gone. A restarted head creates a new
 * cluster, even at the same address, and Ray's library keeps calling the old one.
 *
 * <p>A cluster that does not answer for a short time is not considered gone. A silent cluster is
 * given up shortly before Ray's library would end the process, which could then hand over nothing.
 */
final class ClusterWatch implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(ClusterWatch.class);

  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** Below the library's own limit of a minute. */
  static final Duration SILENCE = Duration.ofSeconds(45);

  /** Nodes of a cluster that has just started join one after another. */
  static final Duration SETTLING = Duration.ofMinutes(2);

  private final ClusterView cluster;
  private final InstantSource clock;
  private final ExecutorService questions = Executors.newCachedThreadPool(ClusterWatch::daemon);
  private final ScheduledExecutorService checks =
      Executors.newSingleThreadScheduledExecutor(ClusterWatch::daemon);
  private final CompletableFuture<String> lost = new CompletableFuture<>();
  private volatile Instant changedAt;
  private volatile IntConsumer onGpus = gpus -> {};
  private Set<String> known = Set.of();
  private Instant askedAt = Instant.EPOCH;
  private CompletableFuture<Map<String, Map<String, Double>>> answer = new CompletableFuture<>();

  ClusterWatch(ClusterView cluster, InstantSource clock) {
    this.cluster = requireNonNull(cluster, "cluster");
    this.clock = requireNonNull(clock, "clock");
    changedAt = clock.instant();
    ask();
  }

  /** Watches until it is closed. */
  static ClusterWatch start(ClusterView cluster) {
    ClusterWatch watch = new ClusterWatch(cluster, InstantSource.system());
    ScheduledFuture<?> unused =
        watch.checks.scheduleWithFixedDelay(
            watch::check, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    return watch;
  }

  /** Completed with the reason as soon as the cluster is known to be gone. */
  CompletableFuture<String> lost() {
    return lost;
  }

  /** Whether the set of nodes has been unchanged for so long that no more nodes are expected. */
  boolean isSettled() {
    return !clock.instant().isBefore(changedAt.plus(SETTLING));
  }

  /**
   * Calls back whenever nodes have joined or left, with the total number of GPUs; replaces the
   * previous callback.
   */
  void onGpus(IntConsumer callback) {
    onGpus = callback;
  }

  void check() {
    if (!cluster.isOwnNodeListening()) {
      lose("the raylet of node " + cluster.ownNode() + " has ended");
    } else if (answer.isDone()) {
      judge();
      ask();
    } else if (!clock.instant().isBefore(askedAt.plus(SILENCE))) {
      lose("it has not answered for " + SILENCE.toSeconds() + " s");
    }
  }

  @Override
  public void close() {
    checks.shutdownNow();
    questions.shutdownNow();
  }

  private void judge() {
    if (answer.isCompletedExceptionally()) {
      return;
    }
    Map<String, Map<String, Double>> nodes = answer.join();
    if (!nodes.containsKey(cluster.ownNode())) {
      lose(
          "node %s is not among the %d of the cluster that answers now"
              .formatted(cluster.ownNode(), nodes.size()));
    } else if (!nodes.keySet().equals(known)) {
      known = nodes.keySet();
      changedAt = clock.instant();
      onGpus.accept(new ClusterCapacity(List.copyOf(nodes.values())).gpus());
    }
  }

  private void ask() {
    askedAt = clock.instant();
    answer = CompletableFuture.supplyAsync(cluster::nodes, questions);
  }

  private void lose(String reason) {
    if (lost.complete(reason)) {
      logger.error("the Ray cluster is lost: {}", reason);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "ray-watch");
    thread.setDaemon(true);
    return thread;
  }
}
