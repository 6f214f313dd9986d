package io.retort.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.OptionalLong;

/** The heap of a worker, as its metrics report it. */
final class JvmHeap {
  private static final String USED = "jvm_memory_used_bytes{area=\"heap\"}";
  private static final String KEPT = "jvm_memory_pool_collection_used_bytes{pool=\"Tenured Gen\"}";

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI metrics;

  JvmHeap(int metricsPort) {
    metrics = URI.create("http://127.0.0.1:" + metricsPort + "/metrics");
  }

  /**
   * @param usedBytes including garbage
   * @param keptBytes remaining after the last full collection
   */
  record Reading(long usedBytes, long keptBytes) {}

  Reading read() throws IOException, InterruptedException {
    String text =
        client
            .send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    return new Reading(value(text, USED).orElse(0), value(text, KEPT).orElse(0));
  }

  private static OptionalLong value(String metrics, String name) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst();
  }
}
