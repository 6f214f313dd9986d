package io.retort.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * An OpenAI-compatible server on loopback that answers by script: queued replies first, then the
 * fallback.
 */
public final class ScriptedEndpoint implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 30;

  private final Server server;
  private final Queue<Function<Received, HttpResponse>> script = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final CountDownLatch abandoned = new CountDownLatch(1);
  private volatile Function<Received, HttpResponse> fallback =
      request -> HttpResponse.of(HttpStatus.NOT_IMPLEMENTED);

  /** A request as received. */
  public record Received(RequestHeaders headers, JsonNode body) {
    /** Content of the last message. */
    public String lastMessage() {
      JsonNode messages = body.path("messages");
      return messages.path(messages.size() - 1).path("content").asText();
    }
  }

  private ScriptedEndpoint() {
    server =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .gracefulShutdownTimeoutMillis(0, 0)
            .service(
                "/v1/chat/completions",
                (context, request) -> HttpResponse.of(request.aggregate().thenApply(this::answer)))
            .build();
    server.start().join();
  }

  public static ScriptedEndpoint start() {
    return new ScriptedEndpoint();
  }

  public URI baseUrl() {
    return URI.create("http://127.0.0.1:" + server.activeLocalPort() + "/v1");
  }

  /** Queues a reply. */
  public ScriptedEndpoint then(Function<Received, HttpResponse> reply) {
    script.add(reply);
    return this;
  }

  public ScriptedEndpoint then(HttpResponse reply) {
    return then(request -> reply);
  }

  /** The reply to all requests without a queued reply. */
  public ScriptedEndpoint otherwise(Function<Received, HttpResponse> reply) {
    fallback = reply;
    return this;
  }

  /** The oldest request that was not taken yet; waits for one. */
  public Received take() throws InterruptedException {
    Received next = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no request came");
    }
    return next;
  }

  /** Number of received requests that were not taken. */
  public int untaken() {
    return received.size();
  }

  /** A complete answer with 10 prompt tokens and 5 completion tokens. */
  public static HttpResponse says(String content) {
    return completion(content, "stop");
  }

  public static HttpResponse completion(String content, String finishReason) {
    ObjectNode body = completionBody(content, finishReason);
    ObjectNode usage = body.putObject("usage");
    usage.put("prompt_tokens", 10).put("completion_tokens", 5);
    return json(body);
  }

  /** A completion without usage. */
  public static ObjectNode completionBody(String content, String finishReason) {
    ObjectNode body = MAPPER.createObjectNode();
    body.put("object", "chat.completion").put("model", "scripted-1");
    ObjectNode choice = body.putArray("choices").addObject();
    choice.put("index", 0).put("finish_reason", finishReason);
    choice.putObject("message").put("role", "assistant").put("content", content);
    return body;
  }

  public static HttpResponse json(JsonNode body) {
    return HttpResponse.of(HttpStatus.OK, MediaType.JSON, body.toString());
  }

  public static HttpResponse error(int status, String type, String message) {
    ObjectNode body = MAPPER.createObjectNode();
    body.putObject("error").put("type", type).put("code", status).put("message", message);
    return HttpResponse.of(HttpStatus.valueOf(status), MediaType.JSON, body.toString());
  }

  public static HttpResponse retryAfter(int status, String delay) {
    return HttpResponse.of(
        ResponseHeaders.of(HttpStatus.valueOf(status), "retry-after", delay),
        com.linecorp.armeria.common.HttpData.ofUtf8("slow down"));
  }

  /** Never answers; {@link #awaitAbandoned} waits until the client has gone. */
  public HttpResponse hangs() {
    HttpResponse never = HttpResponse.of(new CompletableFuture<>());
    CompletableFuture<Void> unused =
        never
            .whenComplete()
            .handle(
                (done, cause) -> {
                  abandoned.countDown();
                  return null;
                });
    return never;
  }

  public boolean awaitAbandoned() throws InterruptedException {
    return abandoned.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    server.stop().join();
  }

  private HttpResponse answer(AggregatedHttpRequest request) {
    Received arrived;
    try {
      arrived = new Received(request.headers(), MAPPER.readTree(request.contentUtf8()));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("request is not JSON", e);
    }
    received.add(arrived);
    Function<Received, HttpResponse> next = script.poll();
    return (next == null ? fallback : next).apply(arrived);
  }
}
