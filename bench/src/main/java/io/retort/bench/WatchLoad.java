package io.retort.bench;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Watchers of {@link StubRun}s that change, with a connection each. */
final class WatchLoad implements AutoCloseable {
  private static final Pattern DETAIL = Pattern.compile("\"detail\" *: *\"(\\d+)\"");

  final Latencies overGrpc = new Latencies();
  final Latencies overHttp = new Latencies();

  /** Streams that have ended, with or without an error. */
  final AtomicInteger ended = new AtomicInteger();

  private final String address;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<CompletableFuture<?>> streams = new ArrayList<>();
  private volatile long from = Long.MAX_VALUE;

  WatchLoad(String address) {
    this.address = address;
  }

  /** From now on delays are taken; changes before are not counted. */
  void measure() {
    from = System.currentTimeMillis();
  }

  void stop() {
    from = Long.MAX_VALUE;
  }

  void watchOverGrpc(String runId) {
    ManagedChannel channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
    channels.add(channel);
    RunServiceGrpc.newStub(channel)
        .watchRun(
            WatchRunRequest.newBuilder().setRunId(runId).build(),
            new StreamObserver<WatchRunResponse>() {
              @Override
              public void onNext(WatchRunResponse response) {
                Run run = response.getRun();
                if (run.getStagesCount() > 0) {
                  seen(run.getStages(0).getDetail(), overGrpc);
                }
              }

              @Override
              public void onError(Throwable thrown) {
                ended.incrementAndGet();
              }

              @Override
              public void onCompleted() {
                ended.incrementAndGet();
              }
            });
  }

  void watchOverHttp(String runId) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address + "/v1/runs/" + runId + ":watch"))
            .header("Accept", "text/event-stream")
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    CompletableFuture<HttpResponse<Stream<String>>> stream =
        CLIENT.sendAsync(request, BodyHandlers.ofLines());
    Thread reader =
        new Thread(
            () -> {
              try (Stream<String> lines = stream.join().body()) {
                lines.forEach(
                    line -> {
                      Matcher detail = DETAIL.matcher(line);
                      if (detail.find()) {
                        seen(detail.group(1), overHttp);
                      }
                    });
              } finally {
                ended.incrementAndGet();
              }
            },
            "watch-http");
    reader.setDaemon(true);
    reader.start();
    streams.add(stream);
  }

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private void seen(String changedAt, Latencies latencies) {
    if (!changedAt.isEmpty()) {
      long changed = Long.parseLong(changedAt);
      if (changed >= from) {
        latencies.add(System.currentTimeMillis() - changed);
      }
    }
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    streams.forEach(stream -> stream.cancel(true));
  }
}
