package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.retort.v1.Run;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams over HTTP. */
@Timeout(120)
class EventStreamTest {
  private static ControlHarness control;
  private static HttpClientOfApi http;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
    http = new HttpClientOfApi(control.port());
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void sendsChangesAndEndsAfterTheTerminalPhase() {
    Run run = control.create("succeeds");
    HttpResponse<String> response = http.get(path(run));
    List<Event> events = events(response.body());

    assertThat(response.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/event-stream");
    assertThat(response.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(events).hasSizeGreaterThanOrEqualTo(2);
    assertThat(events.get(events.size() - 1).name()).isEqualTo("end");
    Event last = events.get(events.size() - 2);
    assertThat(last.data()).contains("\"phase\":\"RUN_PHASE_SUCCEEDED\"").contains(run.getRunId());
    assertThat(last.id()).matches("[0-9]+");
    assertThat(last.data()).contains("\"revision\":\"" + last.id() + '"');
  }

  @Test
  void doesNotSendTheLastEventAgain() {
    Run run = control.create("succeeds");
    List<Event> events = events(http.get(path(run)).body());
    String last = events.get(events.size() - 2).id();
    HttpRequest.Builder request = http.request("GET", path(run), "").header("Last-Event-ID", last);
    HttpRequest.Builder stale = http.request("GET", path(run), "").header("Last-Event-ID", "0");

    assertThat(events(http.send(request).body())).extracting(Event::name).containsExactly("end");
    assertThat(events(http.send(stale).body()))
        .extracting(Event::name)
        .containsExactly("message", "end");
  }

  @Test
  void sendsAChangeWhileTheRunGoesOn() throws Exception {
    Run run = control.create("waits");
    HttpResponse<InputStream> response =
        http.send(http.request("GET", path(run), ""), HttpResponse.BodyHandlers.ofInputStream());
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      awaitLine(reader, "\"phase\":\"RUN_PHASE_RUNNING\"");
      http.post("/v1/runs/" + run.getRunId() + ":pause", "{\"reason\": \"lunch\"}");
      awaitLine(reader, "\"phase\":\"RUN_PHASE_PAUSED\"");
    }
  }

  /** The poll that finds nobody listening ends the watch. */
  @Test
  void stopsWatchingForAClientThatHasGone() throws Exception {
    Run run = control.create("waits");
    HttpResponse<InputStream> response =
        http.send(http.request("GET", path(run), ""), HttpResponse.BodyHandlers.ofInputStream());
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    awaitLine(reader, "\"phase\":\"RUN_PHASE_RUNNING\"");
    assertThat(control.watchedRuns()).isPositive();
    response.body().close();

    while (control.watchedRuns() > 0) {
      Thread.onSpinWait();
    }
    assertThat(control.watchedRuns()).isZero();
  }

  @Test
  void streamsEveryServerStreamingMethod() {
    HttpResponse<String> response = http.post("/v1/store:sweep", "{\"older_than\": \"86400s\"}");
    List<Event> events = events(response.body());

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(events).extracting(Event::name).endsWith("message", "end");
    assertThat(events.get(events.size() - 2).data()).contains("\"totals\"");
  }

  private static String path(Run run) {
    return "/v1/runs/" + run.getRunId() + ":watch";
  }

  private static void awaitLine(BufferedReader reader, String part) throws IOException {
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.contains(part)) {
        return;
      }
    }
    throw new AssertionError("the stream has ended without " + part);
  }

  private static List<Event> events(String body) {
    List<Event> events = new ArrayList<>();
    for (String block : Splitter.on("\n\n").split(body)) {
      String name = "message";
      String id = "";
      String data = "";
      for (String line : Splitter.on('\n').split(block)) {
        if (line.startsWith("event:")) {
          name = line.substring(6).strip();
        } else if (line.startsWith("id:")) {
          id = line.substring(3).strip();
        } else if (line.startsWith("data:")) {
          data = line.substring(5).strip();
        }
      }
      if (!data.isEmpty()) {
        events.add(new Event(name, id, data));
      }
    }
    return events;
  }

  private record Event(String name, String id, String data) {}
}
