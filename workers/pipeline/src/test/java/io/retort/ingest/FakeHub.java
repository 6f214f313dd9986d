package io.retort.ingest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server with the hub's API for one data set or model, {@code owner/name}; a second server serves
 * its files, as the real hub does for large ones.
 */
final class FakeHub implements AutoCloseable {
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  private final HttpServer api = server();
  private final HttpServer files = server();
  private final Map<String, byte[]> contents = new ConcurrentHashMap<>();

  /** {@code PATH TOKEN}, one per request in order; "-" if there is no token. */
  final List<String> requests = new CopyOnWriteArrayList<>();

  final List<String> fileTokens = new CopyOnWriteArrayList<>();

  /** Location of the files; empty: the second server. */
  volatile String elsewhere = "";

  /** Status of all responses of the API; initially 200. */
  volatile int status = 200;

  /** The commit of main. */
  volatile String commit = COMMIT;

  private final String information;
  private final String resolve;

  /** A data set. */
  FakeHub() throws IOException {
    this("/api/datasets/", "/datasets/");
  }

  static FakeHub model() throws IOException {
    return new FakeHub("/api/models/", "/");
  }

  private FakeHub(String information, String resolve) throws IOException {
    this.information = information + "owner/name/revision/";
    this.resolve = resolve + "owner/name/resolve/";
    api.createContext("/", this::answer);
    files.createContext("/", this::file);
    api.start();
    files.start();
  }

  String endpoint() {
    return endpoint(api);
  }

  FakeHub with(String path, String text) {
    contents.put(path, text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getRawPath();
    requests.add(path + " " + token(exchange));
    if (status != 200) {
      send(exchange, status, new byte[0]);
    } else if (path.equals(information + "main") || path.equals(information + commit)) {
      StringBuilder siblings = new StringBuilder();
      for (String name : new TreeMap<>(contents).descendingKeySet()) {
        siblings.append(siblings.isEmpty() ? "" : ",");
        siblings.append("{\"rfilename\": \"").append(name).append("\"}");
      }
      String info = "{\"sha\": \"" + commit + "\", \"siblings\": [" + siblings + "]}";
      send(exchange, 200, info.getBytes(StandardCharsets.UTF_8));
    } else if (path.startsWith(resolve + commit + "/")) {
      exchange
          .getResponseHeaders()
          .add(
              "Location",
              elsewhere.isEmpty()
                  ? endpoint(files) + "/" + path.substring((resolve + commit + "/").length())
                  : elsewhere);
      send(
          exchange,
          302,
          "a text that is longer than the files".repeat(20).getBytes(StandardCharsets.UTF_8));
    } else {
      send(exchange, 404, new byte[0]);
    }
  }

  private void file(HttpExchange exchange) throws IOException {
    fileTokens.add(token(exchange));
    send(
        exchange,
        200,
        contents.getOrDefault(exchange.getRequestURI().getPath().substring(1), new byte[0]));
  }

  private static String token(HttpExchange exchange) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    return header == null ? "-" : header;
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    try (exchange) {
      if (body.length > 0) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private static HttpServer server() throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  private static String endpoint(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    api.stop(0);
    files.stop(0);
  }
}
