package io.retort.training;

import io.retort.v1.ResourceSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A cluster with room for one trainer. */
final class FakeGateway implements TrainerGateway {
  final List<String> calls = new ArrayList<>();
  Optional<String> infeasibility = Optional.empty();
  Optional<TrainerHandle> running = Optional.empty();
  boolean reachable = true;
  boolean lost;

  /** Number of queries after which all nodes of the cluster have joined. */
  int looksUntilSettled;

  List<String> names = List.of();

  /** Number of checks after which the reservation is ready. */
  int looksUntilReady = 1;

  private final ManualPacer pacer;
  private final TrainerHandle next;

  FakeGateway(ManualPacer pacer, TrainerHandle next) {
    this.pacer = pacer;
    this.next = next;
  }

  @Override
  public Optional<String> infeasibility(ResourceSpec resources) {
    return infeasibility;
  }

  @Override
  public boolean isSettled() {
    looksUntilSettled--;
    return looksUntilSettled < 0;
  }

  @Override
  public Optional<TrainerHandle> find(String name) throws TrainerException.Unreachable {
    calls.add("find " + name);
    requireCluster();
    return running;
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public Placement reserve(String name, ResourceSpec resources) {
    calls.add("reserve " + name);
    return this::isReady;
  }

  @Override
  public TrainerHandle create(String name, ResourceSpec resources) {
    calls.add("create " + name);
    running = Optional.of(next);
    return next;
  }

  @Override
  public void release(String name) throws TrainerException.Unreachable {
    calls.add("release " + name);
    requireCluster();
    running = Optional.empty();
  }

  private void requireCluster() throws TrainerException.Unreachable {
    if (lost) {
      throw new TrainerException.Lost("the cluster is gone");
    }
    if (!reachable) {
      throw new TrainerException.Unreachable("no connection", null);
    }
  }

  private boolean isReady(Duration timeout) {
    looksUntilReady--;
    if (looksUntilReady > 0) {
      pacer.advance(timeout);
    }
    return looksUntilReady <= 0;
  }
}
