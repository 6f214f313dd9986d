package io.retort.bench;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.DataSource;
import io.retort.v1.LastStage;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.RunServiceGrpc.RunServiceBlockingStub;
import io.retort.v1.RunSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Clients with a connection each that launch runs, which end at once. */
final class LaunchLoad implements AutoCloseable {
  private static final int CLIENTS = 50;

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
  private final RunSpec spec;

  LaunchLoad(String address, Path data) {
    spec = spec("ends", data);
    for (int client = 0; client < CLIENTS; client++) {
      channels.add(ManagedChannelBuilder.forTarget(address).usePlaintext().build());
    }
  }

  static RunSpec spec(String name, Path data) {
    RunSpec.Builder spec =
        RunSpec.newBuilder().setName(name).setLastStage(LastStage.LAST_STAGE_CURATE);
    spec.getDataBuilder().addTrain(DataSource.newBuilder().setPath(data.toString()));
    return spec.build();
  }

  static CreateRunRequest request(RunSpec spec) {
    return CreateRunRequest.newBuilder()
        .setSpec(spec)
        .setRequestId(UUID.randomUUID().toString())
        .build();
  }

  /** One client launches, always after the answer to the launch before. */
  Latencies oneByOne(int launches) {
    Latencies latencies = new Latencies();
    RunServiceBlockingStub stub = RunServiceGrpc.newBlockingStub(channels.get(0));
    for (int launch = 0; launch < launches; launch++) {
      launch(stub, latencies);
    }
    return latencies;
  }

  /** All clients launch one run at the same moment, again and again with a pause between. */
  Latencies bursts(Duration pause, int count) throws InterruptedException, IOException {
    Latencies latencies = new Latencies();
    CyclicBarrier together = new CyclicBarrier(CLIENTS);
    each(
        stub -> {
          for (int burst = 0; burst < count; burst++) {
            Thread.sleep(pause.toMillis());
            int unused = together.await();
            launch(stub, latencies);
          }
        });
    return latencies;
  }

  /**
   * Each client launches at a steady pace, at random moments of its period, whether or not others
   * wait.
   *
   * @param every zero: the next launch follows the answer
   */
  Latencies steadily(Duration every, Duration how) throws InterruptedException, IOException {
    Latencies latencies = new Latencies();
    long end = System.nanoTime() + how.toNanos();
    each(
        stub -> {
          while (System.nanoTime() < end) {
            if (!every.isZero()) {
              Thread.sleep(ThreadLocalRandom.current().nextLong(2 * every.toMillis()));
            }
            launch(stub, latencies);
          }
        });
    return latencies;
  }

  private void launch(RunServiceBlockingStub stub, Latencies latencies) {
    CreateRunRequest request = request(spec);
    latencies.time(
        () -> {
          Object unused = stub.createRun(request);
        });
  }

  private interface Client {
    void run(RunServiceBlockingStub stub) throws Exception;
  }

  private void each(Client client) throws InterruptedException, IOException {
    List<Future<?>> running = new ArrayList<>();
    for (ManagedChannel channel : channels) {
      RunServiceBlockingStub stub = RunServiceGrpc.newBlockingStub(channel);
      running.add(
          threads.submit(
              () -> {
                client.run(stub);
                return null;
              }));
    }
    for (Future<?> one : running) {
      try {
        Object unused = one.get();
      } catch (ExecutionException e) {
        throw new IOException("a client failed", e.getCause());
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    threads.shutdownNow();
    channels.forEach(ManagedChannel::shutdownNow);
    for (ManagedChannel channel : channels) {
      boolean unused = channel.awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
