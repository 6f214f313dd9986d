package io.retort.store;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Serves single objects over S3's protocol, with conditions of writes as Amazon's server has them;
 * all folders are empty. Injects faults on demand.
 */
final class ScriptedS3 implements AutoCloseable {
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final Map<String, Stored> objects = new HashMap<>();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger requests = new AtomicInteger();
  private int lastTag;

  private record Stored(ByteString bytes, String eTag, @Nullable String writer) {}

  /**
   * A response that replaces the correct one.
   *
   * @param method of the requests that receive it
   * @param afterwards whether the request still takes effect
   */
  private record Fault(String method, int status, String code, boolean afterwards) {}

  ScriptedS3() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext("/", this::handle);
    server.start();
  }

  Map<String, String> environment() {
    return Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Answers the next request of the method with an error, without effect. */
  void refuse(String method, int status, String code) {
    faults.add(new Fault(method, status, code, false));
  }

  /** Performs the next request of the method, but answers with an error. */
  void loseAnswer(String method) {
    faults.add(new Fault(method, 500, "InternalError", true));
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    requests.incrementAndGet();
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Fault fault = faults.peek();
      if (fault != null && fault.method().equals(exchange.getRequestMethod())) {
        faults.remove();
        if (fault.afterwards()) {
          put(exchange, body);
        }
        error(exchange, fault.status(), fault.code());
        return;
      }
      switch (exchange.getRequestMethod()) {
        case "PUT" -> {
          String refusal = put(exchange, body);
          if (refusal.isEmpty()) {
            exchange.sendResponseHeaders(200, -1);
          } else {
            error(exchange, refusal.equals("NoSuchKey") ? 404 : 412, refusal);
          }
        }
        case "GET", "HEAD" -> get(exchange);
        case "DELETE" -> {
          delete(exchange);
          exchange.sendResponseHeaders(204, -1);
        }
        default -> error(exchange, 405, "MethodNotAllowed");
      }
    }
  }

  private synchronized String put(HttpExchange exchange, byte[] body) {
    String path = exchange.getRequestURI().getPath();
    Stored standing = objects.get(path);
    String unlessThere = exchange.getRequestHeaders().getFirst("If-None-Match");
    String ifTag = exchange.getRequestHeaders().getFirst("If-Match");
    if (unlessThere != null && standing != null) {
      return "PreconditionFailed";
    }
    if (ifTag != null && standing == null) {
      return "NoSuchKey";
    }
    if (ifTag != null && standing != null && !ifTag.equals(standing.eTag())) {
      return "PreconditionFailed";
    }
    lastTag++;
    objects.put(
        path,
        new Stored(
            ByteString.copyFrom(body),
            "\"" + lastTag + "\"",
            exchange.getRequestHeaders().getFirst("x-amz-meta-retort-writer")));
    return "";
  }

  private void get(HttpExchange exchange) throws IOException {
    if (String.valueOf(exchange.getRequestURI().getQuery()).contains("list-type")) {
      byte[] nothing = "<ListBucketResult></ListBucketResult>".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, nothing.length);
      exchange.getResponseBody().write(nothing);
      return;
    }
    Stored stored = find(exchange);
    if (stored == null) {
      error(exchange, 404, "NoSuchKey");
      return;
    }
    exchange.getResponseHeaders().set("ETag", stored.eTag());
    exchange.getResponseHeaders().set("x-amz-meta-retort-writer", stored.writer());
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(200, -1);
    } else {
      exchange.sendResponseHeaders(200, stored.bytes().size());
      stored.bytes().writeTo(exchange.getResponseBody());
    }
  }

  private synchronized @Nullable Stored find(HttpExchange exchange) {
    return objects.get(exchange.getRequestURI().getPath());
  }

  private synchronized void delete(HttpExchange exchange) {
    objects.remove(exchange.getRequestURI().getPath());
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    byte[] body =
        ("<Error><Code>" + code + "</Code><Message>scripted</Message></Error>")
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
