package io.retort.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.uber.m3.tally.Scope;
import com.uber.m3.util.Duration;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class MetricsServerTest {
  private static final int MOST_SERIES = 300;
  private static final List<String> ACTIVITIES =
      List.of(
          "Ingest",
          "DescribeRowStage",
          "RunShard",
          "FinishStage",
          "RecordRun",
          "FindStage",
          "PublishStage",
          "WriteReport",
          "Export",
          "Score");
  private static final List<String> OPERATIONS =
      List.of(
          "GetSystemInfo",
          "DescribeNamespace",
          "RespondActivityTaskCompleted",
          "RespondActivityTaskFailed",
          "RecordActivityTaskHeartbeat",
          "RespondWorkflowTaskCompleted");

  @Test
  void aWorkerThatHasDoneItsWorkHasFewSeries() throws Exception {
    try (MetricsServer metrics = MetricsServer.start(new Environment(Map.of()))) {
      Scope scope = metrics.temporalScope();
      for (String operation : OPERATIONS) {
        for (String activity : ACTIVITIES) {
          Scope request =
              scope.tagged(
                  Map.of("namespace", "n", "operation", operation, "activity_type", activity));
          request.counter("temporal_request").inc(1);
          request.timer("temporal_request_latency").record(Duration.ofMillis(3));
        }
      }
      for (String poll : List.of("PollActivityTaskQueue", "PollWorkflowTaskQueue")) {
        scope
            .tagged(Map.of("namespace", "n", "operation", poll))
            .timer("temporal_long_request_latency")
            .record(Duration.ofSeconds(60));
      }
      for (String activity : ACTIVITIES) {
        Scope task = scope.tagged(Map.of("task_queue", "q", "activity_type", activity));
        task.timer("temporal_activity_schedule_to_start_latency").record(Duration.ofSeconds(2));
        task.timer("temporal_activity_execution_latency").record(Duration.ofSeconds(2));
        task.timer("temporal_activity_succeed_endtoend_latency").record(Duration.ofSeconds(2));
      }
      for (String workflow : List.of("Run", "RowStageWorkflow")) {
        Scope task = scope.tagged(Map.of("task_queue", "q", "workflow_type", workflow));
        task.timer("temporal_workflow_task_schedule_to_start_latency").record(Duration.ofMillis(4));
        task.timer("temporal_workflow_task_execution_latency").record(Duration.ofMillis(4));
        task.timer("temporal_workflow_task_replay_latency").record(Duration.ofMillis(4));
        task.timer("temporal_workflow_endtoend_latency").record(Duration.ofMillis(4));
      }
      List<String> series = scrapeUntil(metrics, of("temporal_request_total"), OPERATIONS.size());

      assertThat(series).as(String.join("\n", series)).hasSizeLessThan(MOST_SERIES);
      // Sixty combinations of operation and activity become six.
      assertThat(series).filteredOn(of("temporal_request_latency_seconds_count")).hasSize(6);
      assertThat(series).filteredOn(of("temporal_request_total")).hasSize(6);
      assertThat(series).filteredOn(of("temporal_request_latency_seconds_bucket")).isEmpty();
      assertThat(series)
          .filteredOn(of("temporal_activity_execution_latency_seconds_sum"))
          .hasSize(ACTIVITIES.size());
    }
  }

  @Test
  void tellsHowLongTasksWaitByQueue() throws Exception {
    try (MetricsServer metrics = MetricsServer.start(new Environment(Map.of()))) {
      for (String activity : ACTIVITIES) {
        metrics
            .temporalScope()
            .tagged(Map.of("task_queue", "q", "activity_type", activity))
            .timer("temporal_activity_schedule_to_start_latency")
            .record(Duration.ofSeconds(2));
      }

      List<String> series =
          scrapeUntil(metrics, of("temporal_activity_schedule_to_start_latency_seconds_count"), 1);

      assertThat(series)
          .filteredOn(of("temporal_activity_schedule_to_start_latency_seconds_bucket"))
          .containsExactly(
              bucket("0.01", 0),
              bucket("0.1", 0),
              bucket("1.0", 0),
              bucket("10.0", 10),
              bucket("60.0", 10),
              bucket("600.0", 10),
              bucket("3600.0", 10),
              bucket("+Inf", 10));
    }
  }

  private static String bucket(String bound, int count) {
    return "temporal_activity_schedule_to_start_latency_seconds_bucket{task_queue=\"q\",le=\""
        + bound
        + "\"} "
        + count;
  }

  private static Predicate<String> of(String name) {
    return line -> line.startsWith(name + "{");
  }

  /** The reporter writes once a second. */
  private static List<String> scrapeUntil(
      MetricsServer metrics, Predicate<String> wanted, int count) throws Exception {
    URI address = URI.create("http://127.0.0.1:" + metrics.port() + "/metrics");
    HttpRequest request = HttpRequest.newBuilder(address).build();
    HttpClient client = HttpClient.newHttpClient();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      List<String> series =
          client
              .send(request, HttpResponse.BodyHandlers.ofString())
              .body()
              .lines()
              .filter(line -> !line.startsWith("#"))
              .toList();
      if (System.nanoTime() > deadline || series.stream().filter(wanted).count() >= count) {
        return series;
      }
      Thread.onSpinWait();
    }
  }
}
