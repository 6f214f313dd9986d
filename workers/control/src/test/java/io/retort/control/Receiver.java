package io.retort.control;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.Server;
import io.retort.webhook.WebhookSignature;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A receiver of events on loopback. */
final class Receiver implements AutoCloseable {
  final AtomicReference<HttpStatus> answer = new AtomicReference<>(HttpStatus.NO_CONTENT);

  private final BlockingQueue<AggregatedHttpRequest> received = new LinkedBlockingQueue<>();
  private final Server server =
      Server.builder()
          .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .service(
              "/hook",
              (context, request) ->
                  HttpResponse.of(
                      request
                          .aggregate()
                          .thenApply(
                              event -> {
                                received.add(event);
                                return HttpResponse.of(answer.get());
                              })))
          .build();

  Receiver() {
    server.start().join();
  }

  String url() {
    return "http://127.0.0.1:" + server.activeLocalPort() + "/hook";
  }

  /** The next event; fails if none comes. */
  AggregatedHttpRequest take() throws InterruptedException {
    AggregatedHttpRequest event = received.poll(60, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("no event has come");
    }
    return event;
  }

  /**
   * The next call about an event; calls about others, such as those of other tests, are dropped.
   */
  AggregatedHttpRequest take(String eventId) throws InterruptedException {
    AggregatedHttpRequest event = take();
    while (!eventId.equals(event.headers().get(WebhookSignature.ID))) {
      event = take();
    }
    return event;
  }

  boolean isEmpty() {
    return received.isEmpty();
  }

  @Override
  public void close() {
    server.stop().join();
  }
}
