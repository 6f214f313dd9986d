package io.retort.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.failure.Failures;
import io.retort.store.Hashes;
import io.retort.worker.Environment;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Data sets and models of the Hugging Face Hub, or of a server with the same API. Does not retry.
 */
public final class Hub {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CHECK_EVERY = Duration.ofSeconds(5);

  /** Number of checks without a new byte after which a transfer counts as stalled. */
  private static final int SILENT_CHECKS = 12;

  private static final int MOST_REDIRECTS = 5;
  private static final Set<String> SCHEMES = Set.of("http", "https");

  private final URI endpoint;
  private final String token;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT_TIMEOUT)
          // The client would send the token to other hosts.
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  private Hub(URI endpoint, String token) {
    this.endpoint = endpoint;
    this.token = token;
  }

  /** The hub at {@code HF_ENDPOINT}, by default huggingface.co, with the token {@code HF_TOKEN}. */
  public static Hub of(Environment environment) {
    String endpoint = environment.get("HF_ENDPOINT", "https://huggingface.co");
    return new Hub(URI.create(endpoint.replaceFirst("/+$", "")), environment.get("HF_TOKEN", ""));
  }

  /**
   * The files that a reference matches, in the order of their paths, all of one commit.
   *
   * @param alive called while the method waits; an exception from it ends the waiting
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/DATA_FORBIDDEN,
   *     PLATFORM/HUB_UNREACHABLE
   */
  List<DataFile> files(HubReference reference, Runnable alive) throws IOException {
    JsonNode info = information(HubKind.DATA_SET, reference.dataSet(), reference.revision(), alive);
    String commit = info.path("sha").asText("");
    HubReference pinned =
        new HubReference(
            reference.dataSet(),
            commit.isEmpty() ? reference.revision() : commit,
            reference.glob());
    List<String> paths = new ArrayList<>();
    info.path("siblings").forEach(file -> paths.add(file.path("rfilename").asText()));
    List<DataFile> files =
        paths.stream()
            .filter(reference::matches)
            .sorted()
            .<DataFile>map(path -> new HubFile(pinned, path, !commit.isEmpty(), alive))
            .toList();
    if (files.isEmpty()) {
      throw Failures.user(
          "DATA_NOT_FOUND",
          "data: "
              + HubReference.SCHEME
              + reference.dataSet()
              + ": no file matches \""
              + reference.glob()
              + "\" (expected: one of its files, or a glob of some: "
              + paths.stream().sorted().limit(20).collect(Collectors.joining(", "))
              + ")");
    }
    return files;
  }

  /**
   * The hub's description of a revision: {@code sha}, the commit, and {@code siblings}, each with
   * {@code rfilename}.
   *
   * @param name {@code OWNER/NAME}
   * @param alive called while the method waits; an exception from it ends the waiting
   * @throws io.temporal.failure.ApplicationFailure as {@link #file}
   */
  JsonNode information(HubKind kind, String name, String revision, Runnable alive)
      throws IOException {
    String path = kind.information(encoded(name), segment(revision));
    Path answer = Files.createTempFile("retort-hub-", ".json");
    try {
      fetch(kind, kind.location(name), path, answer, alive);
      return MAPPER.readTree(Files.readAllBytes(answer));
    } catch (JsonProcessingException e) {
      throw unreachable(kind, endpoint + path, "no JSON: " + e.getOriginalMessage(), e);
    } finally {
      Files.deleteIfExists(answer);
    }
  }

  /**
   * Fetches one file.
   *
   * @param path of the file within the revision
   * @throws io.temporal.failure.ApplicationFailure USER/{@link HubKind#notFound}, USER/{@link
   *     HubKind#forbidden}, USER/LOCATION_FORBIDDEN, PLATFORM/HUB_UNREACHABLE
   */
  void file(HubKind kind, String name, String revision, String path, Path target, Runnable alive)
      throws IOException {
    fetch(
        kind,
        kind.location(name) + "@" + revision + "/" + path,
        kind.file(encoded(name), segment(revision), encoded(path)),
        target,
        alive);
  }

  /**
   * @param location what is fetched, for messages
   */
  private void fetch(HubKind kind, String location, String path, Path target, Runnable alive)
      throws IOException {
    URI uri = URI.create(endpoint + path);
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<Path> response = send(kind, uri, target, alive);
      int status = response.statusCode();
      if (status == 200) {
        return;
      }
      if (status < 300 || status >= 400) {
        throw refused(kind, location, uri, status);
      }
      URI from = uri;
      uri =
          response
              .headers()
              .firstValue("location")
              .map(from::resolve)
              .orElseThrow(() -> unreachable(kind, from.toString(), "a redirect to nowhere", null));
      if (!SCHEMES.contains(uri.getScheme()) || MetadataAddresses.contain(uri)) {
        throw Failures.user(
            "LOCATION_FORBIDDEN",
            kind.field
                + ": "
                + location
                + ": the hub redirects to "
                + uri
                + " (expected: http or https, and no link-local address; check HF_ENDPOINT)");
      }
    }
    throw unreachable(kind, uri.toString(), "more than " + MOST_REDIRECTS + " redirects", null);
  }

  private HttpResponse<Path> send(HubKind kind, URI uri, Path target, Runnable alive)
      throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("User-Agent", "retort");
    boolean own = endpoint.getAuthority().equals(uri.getAuthority());
    if (own && !token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    CompletableFuture<HttpResponse<Path>> response =
        client.sendAsync(
            request.build(),
            // Removes the body of a redirect.
            HttpResponse.BodyHandlers.ofFile(
                target,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING));
    try {
      return await(kind, uri, target, response, alive);
    } finally {
      response.cancel(true);
    }
  }

  private HttpResponse<Path> await(
      HubKind kind,
      URI uri,
      Path target,
      CompletableFuture<HttpResponse<Path>> response,
      Runnable alive)
      throws IOException {
    long bytes = 0;
    int silent = 0;
    while (true) {
      try {
        return response.get(CHECK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        alive.run();
        long now = Files.size(target);
        silent = now == bytes ? silent + 1 : 0;
        bytes = now;
        if (silent == SILENT_CHECKS) {
          throw unreachable(
              kind, uri.toString(), "no byte for " + CHECK_EVERY.multipliedBy(SILENT_CHECKS), e);
        }
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        throw unreachable(
            kind,
            uri.toString(),
            cause.getClass().getSimpleName() + ": " + cause.getMessage(),
            cause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw unreachable(kind, uri.toString(), "interrupted", e);
      }
    }
  }

  private static RuntimeException refused(HubKind kind, String location, URI uri, int status) {
    if (status == 404) {
      return Failures.user(
          kind.notFound(),
          kind.field
              + ": "
              + location
              + ": "
              + uri
              + " answers 404 (expected: "
              + kind.noun
              + " and a revision that are there)");
    }
    if (status == 401 || status == 403) {
      return Failures.user(
          kind.forbidden(),
          kind.field
              + ": "
              + location
              + ": "
              + uri
              + " answers "
              + status
              + " (expected: "
              + kind.noun
              + " that is there and may be read; for one that is private or gated set HF_TOKEN in"
              + " the environment of the pipeline worker)");
    }
    return unreachable(kind, uri.toString(), "status " + status, null);
  }

  private static RuntimeException unreachable(
      HubKind kind, String address, String what, @Nullable Throwable cause) {
    return Failures.platform(
        "HUB_UNREACHABLE",
        kind.field
            + ": "
            + address
            + ": "
            + what
            + " (expected: an answer of the hub; let the pipeline worker reach it, set HF_ENDPOINT"
            + " to a mirror, or name files on disk)",
        cause);
  }

  private static String encoded(String path) {
    return Arrays.stream(path.split("/")).map(Hub::segment).collect(Collectors.joining("/"));
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A file that is fetched when it is opened and deleted when it is closed. */
  private final class HubFile implements DataFile {
    private final HubReference reference;
    private final String path;
    private final boolean pinned;
    private final Runnable alive;

    /**
     * @param pinned whether the reference's revision is a commit
     */
    HubFile(HubReference reference, String path, boolean pinned, Runnable alive) {
      this.reference = reference;
      this.path = path;
      this.pinned = pinned;
      this.alive = alive;
    }

    /** A commit determines the file's content, so the file need not be fetched. */
    @Override
    public String digest(Runnable working) throws IOException {
      return pinned
          ? Hashes.sha256Hex("hub", reference.dataSet(), reference.revision(), path)
          : DataFile.super.digest(working);
    }

    @Override
    public String name() {
      return path;
    }

    @Override
    public Optional<String> revision() {
      return Optional.of(HubReference.SCHEME + reference.dataSet() + "@" + reference.revision());
    }

    @Override
    public String location() {
      return reference.location(path);
    }

    @Override
    public Copy open() throws IOException {
      Path file = Files.createTempFile("retort-hub-", ".data");
      try {
        Hub.this.file(
            HubKind.DATA_SET, reference.dataSet(), reference.revision(), path, file, alive);
        return new Fetched(file);
      } catch (IOException | RuntimeException e) {
        Files.deleteIfExists(file);
        throw e;
      }
    }
  }
}
