package io.retort.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Samples the endpoint's counts and the processes' usage twice a second, on a separate thread. */
final class Sampler {
  private static final int LOOK_EVERY_MILLISECONDS = 500;

  private final URI endpoint;
  private final List<BenchProcess> processes;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<Sample> samples = new ArrayList<>();
  private final Thread thread = new Thread(this::look, "sampler");
  private volatile boolean ended;

  /**
   * One sample.
   *
   * @param nanos of the system's monotonic clock
   * @param usages by the name of the process
   */
  record Sample(long nanos, EndpointCounts.Reading counts, Map<String, ProcessUsage> usages) {}

  Sampler(URI endpoint, List<BenchProcess> processes) {
    this.endpoint = endpoint;
    this.processes = List.copyOf(processes);
    thread.setDaemon(true);
  }

  Sampler start() throws IOException, InterruptedException {
    samples.add(sample());
    thread.start();
    return this;
  }

  /** Stops sampling. */
  Samples stop() throws InterruptedException {
    ended = true;
    thread.interrupt();
    thread.join();
    return new Samples(List.copyOf(samples));
  }

  private void look() {
    try {
      while (!ended) {
        Thread.sleep(LOOK_EVERY_MILLISECONDS);
        samples.add(sample());
      }
    } catch (InterruptedException e) {
      // Stopped.
    } catch (IOException e) {
      // The measured process has ended; earlier samples count.
      System.err.println("sampler: " + e);
    }
  }

  private Sample sample() throws IOException, InterruptedException {
    Map<String, ProcessUsage> usages = new LinkedHashMap<>();
    for (BenchProcess process : processes) {
      usages.put(process.name(), process.usage());
    }
    String json =
        client
            .send(HttpRequest.newBuilder(endpoint).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    return new Sample(System.nanoTime(), EndpointCounts.Reading.parse(json), usages);
  }
}
