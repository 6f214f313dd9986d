package io.retort.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.activity.TaskQueues;
import io.retort.export.ExportActivitiesImpl;
import io.retort.rows.RowMetrics;
import io.retort.rows.RowStageWorkflowImpl;
import io.retort.run.RunRecordActivitiesImpl;
import io.retort.run.RunWorkflowImpl;
import io.retort.stage.StageActivitiesImpl;
import io.retort.store.Store;
import io.retort.worker.Environment;
import io.retort.worker.MetricsServer;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The number of series that a Prometheus server keeps for an idle pipeline worker. */
final class IdleMetricsTest {
  private static final int MOST_SERIES = 300;
  private static final List<String> WANTED =
      List.of(
          "temporal_request_latency_seconds_count",
          "temporal_long_request_latency_seconds_count",
          "temporal_worker_task_slots_available",
          "jvm_memory_used_bytes");

  @Test
  void anIdleWorkerHasFewSeries(@TempDir Path folder) throws Exception {
    List<String> series = seriesOfAnIdleWorker(folder);
    assertThat(series)
        .as(String.join("\n", series))
        .hasSizeLessThan(MOST_SERIES)
        .satisfies(lines -> assertThat(WANTED).allMatch(name -> lines.stream().anyMatch(of(name))));
  }

  private static List<String> seriesOfAnIdleWorker(Path folder) throws Exception {
    try (MetricsServer metrics = MetricsServer.start(new Environment(Map.of()));
        TestWorkflowEnvironment temporal =
            TestWorkflowEnvironment.newInstance(
                TestEnvironmentOptions.newBuilder()
                    .setMetricsScope(metrics.temporalScope())
                    .build())) {
      RowMetrics ignored = new RowMetrics(metrics.registry());
      Worker runs = temporal.newWorker(TaskQueues.RUNS);
      runs.registerWorkflowImplementationTypes(RunWorkflowImpl.class, RowStageWorkflowImpl.class);
      Worker pipeline = temporal.newWorker(TaskQueues.PIPELINE);
      Store store = Store.open("file://" + folder);
      pipeline.registerActivitiesImplementations(
          new ExportActivitiesImpl(store),
          new StageActivitiesImpl(store),
          new RunRecordActivitiesImpl(store, events -> {}));
      temporal.start();
      // Ends the long polls, so that their latencies are reported.
      temporal.getWorkerFactory().shutdown();
      temporal.getWorkerFactory().awaitTermination(60, TimeUnit.SECONDS);
      return scrapeUntilAllIsThere(metrics);
    }
  }

  private static Predicate<String> of(String name) {
    return line -> line.startsWith(name + "{");
  }

  /** The reporter writes once a second. */
  private static List<String> scrapeUntilAllIsThere(MetricsServer metrics) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + metrics.port() + "/metrics");
    HttpRequest request = HttpRequest.newBuilder(address).build();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    HttpClient client = HttpClient.newHttpClient();
    while (true) {
      List<String> series =
          client
              .send(request, HttpResponse.BodyHandlers.ofString())
              .body()
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
      if (System.nanoTime() > deadline
          || WANTED.stream().allMatch(name -> series.stream().anyMatch(of(name)))) {
        return series;
      }
      Thread.onSpinWait();
    }
  }
}
