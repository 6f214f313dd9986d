package io.retort.ray;

import io.ray.api.Ray;
import io.ray.api.exception.RayException;
import io.ray.api.function.PyActorClass;
import io.retort.training.TrainerGateway;
import io.retort.worker.ConfigurationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** The connection of this process to a Ray cluster; there is at most one. */
public final class RayConnection implements AutoCloseable {
  /** Ray namespace of all trainers, independent of the driver that started them. */
  public static final String NAMESPACE = "retort";

  private final ClusterWatch watch;

  private RayConnection(ClusterWatch watch) {
    this.watch = watch;
  }

  /**
   * Connects as a driver.
   *
   * @param codeSearchPath folders from which workers import Python modules, separated by colons
   * @throws ConfigurationException if the cluster cannot be joined
   */
  public static RayConnection open(RayAddress address, String codeSearchPath) {
    System.setProperty("log4j2.configurationFile", "classpath:ray-log4j2.xml");
    System.setProperty("ray.address", address.toString());
    System.setProperty("ray.job.namespace", NAMESPACE);
    System.setProperty("ray.job.code-search-path", codeSearchPath);
    address.nodeOnLoopback().ifPresent(node -> System.setProperty("ray.node-ip", node));
    try {
      Ray.init();
    } catch (RayException e) {
      throw new ConfigurationException(
          "Ray at "
              + address
              + ": "
              + e.getMessage()
              + " (expected: a cluster of this driver's Ray version, with a node on this machine)",
          e);
    }
    return new RayConnection(ClusterWatch.start(JoinedCluster.now()));
  }

  /**
   * Completed with the reason once the cluster is known to be gone. Ray's library cannot join
   * another cluster in this process.
   */
  public CompletableFuture<String> lost() {
    return watch.lost();
  }

  /** GPUs of the live nodes, including GPUs in use. */
  public int gpus() {
    return ClusterCapacity.now().gpus();
  }

  /** Calls back with the value of {@link #gpus} whenever nodes have joined or left from now on. */
  public void onGpus(IntConsumer callback) {
    watch.onGpus(callback);
  }

  public TrainerGateway gateway() {
    return gateway(RayTrainerGateway.TRAINER);
  }

  TrainerGateway gateway(PyActorClass actorClass) {
    return new RayTrainerGateway(actorClass, watch);
  }

  /**
   * Runs {@code body} with the guarantee that a stop of the process does not end the connection
   * before {@code body} returns: Ray's own shutdown hook waits for this monitor.
   */
  @SuppressWarnings("LockOnNonEnclosingClassLiteral")
  public void keepDuring(Runnable body) {
    synchronized (Ray.class) {
      body.run();
    }
  }

  /**
   * Leaves the cluster; detached trainers keep running. Does nothing if the cluster is gone,
   * because Ray's library would then end the process at once.
   */
  @Override
  public void close() {
    watch.close();
    if (!lost().isDone()) {
      Ray.shutdown();
    }
  }
}
