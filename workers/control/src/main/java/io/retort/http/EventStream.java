package io.retort.http;

import com.google.common.hash.Hashing;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.sse.ServerSentEvent;
import com.linecorp.armeria.common.sse.ServerSentEventBuilder;
import com.linecorp.armeria.common.stream.StreamMessage;
import com.linecorp.armeria.common.stream.StreamWriter;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.streaming.ServerSentEvents;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A server-streaming rpc as server-sent events: one event with an id for each message, a comment
 * every 15 s, and at the end an event {@code end}, or {@code problem} with the problem document.
 *
 * <p>An id is the message's field {@code revision} if it has one, else a hash of the message. A
 * client that comes back with {@code Last-Event-ID} does not get that message again; where the
 * request has a field {@code after_revision}, the id is passed on in it.
 */
final class EventStream implements HttpCall.Answer {
  static final String LAST_EVENT_ID = "last-event-id";

  private static final Duration PING_PERIOD = Duration.ofSeconds(15);
  private static final Duration RECONNECT_AFTER = Duration.ofSeconds(2);

  /** Until then a failure is an HTTP error; afterwards the stream is open. */
  private static final Duration LONGEST_START = Duration.ofSeconds(1);

  private static final int ID_CHARACTERS = 16;
  private static final String REVISION = "revision";
  private static final String AFTER_REVISION = "after_revision";

  private final StreamWriter<ServerSentEvent> events = StreamMessage.streaming();
  private final CompletableFuture<HttpResponse> response = new CompletableFuture<>();
  private final String lastEventId;
  private final HttpCall<?, ?> call;
  private volatile boolean consumed = true;
  private boolean first = true;

  private EventStream(
      ServiceRequestContext context,
      ServerMethodDefinition<?, ?> rpc,
      Message request,
      Metadata headers,
      String lastEventId) {
    this.lastEventId = lastEventId;
    call = HttpCall.of(context, rpc, after(request, lastEventId), headers, this);
  }

  /**
   * Calls the rpc.
   *
   * @param lastEventId the header of the same name; empty where there is none
   */
  static HttpResponse open(
      ServiceRequestContext context,
      ServerMethodDefinition<?, ?> rpc,
      Message request,
      Metadata headers,
      String lastEventId) {
    // A run may take days.
    context.clearRequestTimeout();
    EventStream stream = new EventStream(context, rpc, request, headers, lastEventId);
    stream.call.start();
    ScheduledFuture<?> start =
        context
            .eventLoop()
            .schedule(stream::begin, LONGEST_START.toMillis(), TimeUnit.MILLISECONDS);
    ScheduledFuture<?> pings =
        context
            .eventLoop()
            .scheduleAtFixedRate(
                stream::ping,
                PING_PERIOD.toMillis(),
                PING_PERIOD.toMillis(),
                TimeUnit.MILLISECONDS);
    // A client may leave before the stream has begun.
    CompletableFuture<Void> unusedLeaving =
        context.whenRequestCancelling().thenAccept(stream.events::abort);
    CompletableFuture<Void> unusedEnd =
        stream
            .events
            .whenComplete()
            .whenComplete(
                (done, thrown) -> {
                  start.cancel(false);
                  pings.cancel(false);
                  if (thrown != null) {
                    stream.call.cancel();
                  }
                });
    return HttpResponse.of(stream.response);
  }

  @Override
  public void message(Message message) {
    begin();
    String id = id(message);
    boolean known = first && !id.isEmpty() && id.equals(lastEventId);
    first = false;
    if (!known) {
      ServerSentEventBuilder event =
          ServerSentEvent.builder().retry(RECONNECT_AFTER).data(Json.print(message));
      write(id.isEmpty() ? event.build() : event.id(id).build());
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (!status.isOk()
        && response.complete(Problem.of(status, trailers).response().toHttpResponse())) {
      events.abort();
      return;
    }
    begin();
    write(
        status.isOk()
            ? ServerSentEvent.builder().event("end").data("{}").build()
            : ServerSentEvent.builder()
                .event("problem")
                .data(Problem.of(status, trailers).json())
                .build());
    events.close();
  }

  @Override
  public boolean isReady() {
    return consumed;
  }

  private void begin() {
    if (!response.isDone()) {
      response.complete(
          ServerSentEvents.fromPublisher(
              ResponseHeaders.builder(HttpStatus.OK)
                  .contentType(MediaType.EVENT_STREAM)
                  .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                  .build(),
              events));
    }
  }

  private void ping() {
    begin();
    if (consumed) {
      write(ServerSentEvent.ofComment("ping"));
    }
  }

  private void write(ServerSentEvent event) {
    consumed = false;
    if (events.tryWrite(event)) {
      CompletableFuture<Void> ignored =
          events
              .whenConsumed()
              .thenRun(
                  () -> {
                    consumed = true;
                    call.ready();
                  });
    }
  }

  private static String id(Message message) {
    FieldDescriptor revision = message.getDescriptorForType().findFieldByName(REVISION);
    if (revision != null && !revision.isRepeated()) {
      // Without one, as in a heartbeat, the client keeps the id that it has.
      return message.getAllFields().containsKey(revision)
          ? String.valueOf(message.getField(revision))
          : "";
    }
    return Hashing.sha256().hashBytes(message.toByteArray()).toString().substring(0, ID_CHARACTERS);
  }

  private static Message after(Message request, String lastEventId) {
    FieldDescriptor field = request.getDescriptorForType().findFieldByName(AFTER_REVISION);
    if (lastEventId.isEmpty() || field == null) {
      return request;
    }
    Message.Builder builder = request.toBuilder().clearField(field);
    MessageReader reader = new MessageReader();
    reader.set(builder, field, lastEventId, "Last-Event-ID");
    if (!reader.violations().isEmpty()) {
      throw Refusals.invalid(reader.violations());
    }
    return builder.build();
  }
}
