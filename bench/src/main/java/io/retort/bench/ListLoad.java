package io.retort.bench;

import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.retort.layout.RunLayout;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunServiceGrpc.RunServiceBlockingStub;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Lists of many runs that have ended. */
final class ListLoad {
  private static final int PAGE = 50;
  private static final int CALLS = 300;
  private static final Duration LONGEST_START = Duration.ofMinutes(5);

  /** Writes the records of runs, as their workflows leave them. */
  static void write(String storeUri, Path data, int runs) throws IOException {
    Store store = Store.open(storeUri);
    RunSpec spec = LaunchLoad.spec("nightly", data);
    for (int number = 0; number < runs; number++) {
      String runId = "nightly-" + number;
      Run.Builder run =
          Run.newBuilder()
              .setRunId(runId)
              .setSpec(spec.toBuilder().setTeam(number % 10 == 0 ? "search" : "chat"))
              .setPhase(number % 7 == 0 ? RunPhase.RUN_PHASE_FAILED : RunPhase.RUN_PHASE_SUCCEEDED)
              .putLabels("tier", number % 3 == 0 ? "gold" : "silver")
              .setCreatedAt(Timestamps.fromSeconds(1_790_000_000L + 60L * number))
              .setFinishedAt(Timestamps.fromSeconds(1_790_000_050L + 60L * number));
      for (int stage = 1; stage <= 8; stage++) {
        run.addStages(
            StageProgress.newBuilder()
                .setStage(Stage.forNumber(stage))
                .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
                .setFingerprint("0123456789abcdef".repeat(4)));
      }
      String json = ProtoJson.print(run);
      store.write(
          new RunLayout(storeUri, runId).record(),
          output -> output.write(json.getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** Waits until lists are answered; returns for how long. */
  static Duration awaitLists(RunServiceBlockingStub stub) throws InterruptedException {
    long start = System.nanoTime();
    while (true) {
      try {
        ListRunsResponse unused = stub.listRuns(ListRunsRequest.newBuilder().build());
        return Duration.ofNanos(System.nanoTime() - start);
      } catch (StatusRuntimeException e) {
        if (System.nanoTime() - start > LONGEST_START.toNanos()) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  static Latencies list(RunServiceBlockingStub stub, String filter, String order) {
    Latencies latencies = new Latencies();
    ListRunsRequest request =
        ListRunsRequest.newBuilder().setPageSize(PAGE).setFilter(filter).setOrderBy(order).build();
    for (int call = 0; call < CALLS; call++) {
      latencies.time(
          () -> {
            if (stub.listRuns(request).getRunsCount() != PAGE) {
              throw new IllegalStateException(filter + " (expected: a full page)");
            }
          });
    }
    return latencies;
  }

  /** From the first page to the last. */
  static Latencies walk(RunServiceBlockingStub stub, int runs) {
    Latencies latencies = new Latencies();
    int found = 0;
    String token = "";
    do {
      ListRunsRequest request =
          ListRunsRequest.newBuilder().setPageSize(PAGE).setPageToken(token).build();
      ListRunsResponse[] page = new ListRunsResponse[1];
      latencies.time(() -> page[0] = stub.listRuns(request));
      found += page[0].getRunsCount();
      token = page[0].getNextPageToken();
    } while (!token.isEmpty());
    if (found < runs) {
      throw new IllegalStateException(found + " runs (expected: " + runs + ")");
    }
    return latencies;
  }

  static Latencies get(String address) {
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    Latencies latencies = new Latencies();
    for (int call = 0; call < CALLS; call++) {
      latencies.time(
          () -> {
            try {
              int status = client.send(request, BodyHandlers.ofString()).statusCode();
              if (status != 200) {
                throw new IllegalStateException(address + ": " + status + " (expected: 200)");
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new IllegalStateException(e);
            }
          });
    }
    return latencies;
  }

  private ListLoad() {}
}
