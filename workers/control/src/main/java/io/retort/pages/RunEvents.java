package io.retort.pages;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.sse.ServerSentEvent;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.common.stream.StreamWriter;
import com.linecorp.armeria.server.streaming.ServerSentEvents;
import io.grpc.Status;
import io.retort.v1.Run;
import io.retort.v1.RunServiceGrpc;
import io.retort.v1.WatchRunRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of one run as server-sent events: {@code run} holds the changing part of its page, {@code
 * phase} its phase in words, and {@code end} tells the browser not to connect again. Each event is
 * complete, so a browser that connects again misses nothing.
 */
final class RunEvents {
  private static final Logger LOG = LoggerFactory.getLogger(RunEvents.class);
  private static final Duration PING = Duration.ofSeconds(15);

  private final LocalCalls calls;

  RunEvents(LocalCalls calls) {
    this.calls = calls;
  }

  HttpResponse follow(PageRequest request) {
    request.context().clearRequestTimeout();
    StreamWriter<ServerSentEvent> events = StreamMessage.streaming();
    AtomicLong id = new AtomicLong();
    PageContext page = request.pageContext();
    LocalCalls.Stream stream =
        calls.stream(
            RunServiceGrpc.getWatchRunMethod(),
            WatchRunRequest.newBuilder().setRunId(request.path("run")).build(),
            // A slow browser gets the latest state, not all that were.
            () -> events.demand() > 0,
            response -> {
              Run run = response.getRun();
              RunView view = RunView.of(run, request.caller());
              String html = request.templates().render("runLive", page, view);
              boolean ignored =
                  events.tryWrite(event(id, "phase", "Phase: " + view.phase().words()))
                      && events.tryWrite(event(id, "run", html))
                      && (!view.ended() || events.tryWrite(event(id, "end", "")));
            },
            closed -> {
              if (!closed.isOk()) {
                LOG.debug("a watch of {} ends: {}", request.path("run"), closed.status());
                if (closed.status().getCode() != Status.Code.UNAVAILABLE) {
                  // A browser would connect again and again.
                  boolean ignored = events.tryWrite(event(id, "end", ""));
                }
              }
              events.close();
            });
    ScheduledFuture<?> pings =
        request
            .context()
            .eventLoop()
            .withoutContext()
            .scheduleAtFixedRate(
                () -> {
                  boolean ignored = events.tryWrite(ServerSentEvent.ofComment("ping"));
                },
                PING.toSeconds(),
                PING.toSeconds(),
                TimeUnit.SECONDS);
    CompletableFuture<Boolean> unused =
        events
            .whenComplete()
            .handle(
                (ended, thrown) -> {
                  stream.cancel();
                  return pings.cancel(false);
                });
    return ServerSentEvents.fromPublisher(PageResponses.eventStream(), events);
  }

  private static ServerSentEvent event(AtomicLong id, String name, String data) {
    return ServerSentEvent.builder()
        .id(String.valueOf(id.incrementAndGet()))
        .event(name)
        .data(data)
        .build();
  }
}
