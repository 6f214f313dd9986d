package io.retort.judge.configuration;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Additions of an endpoint to the OpenAI protocol.
 *
 * @param headers sent with every call; their values are never part of a message
 * @param body fields of every request with their JSON, which replace the worker's fields of that
 *     name
 * @param proxy {@code http}, {@code https} or {@code socks5} address, possibly with credentials
 * @param caFile PEM certificates that are trusted instead of the system's
 */
public record EndpointExtras(
    Map<String, String> headers,
    Map<String, String> body,
    Optional<URI> proxy,
    Optional<Path> caFile) {
  public EndpointExtras {
    headers = Map.copyOf(headers);
    body = Map.copyOf(body);
  }

  public static EndpointExtras none() {
    return new EndpointExtras(Map.of(), Map.of(), Optional.empty(), Optional.empty());
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "headers " + headers.keySet() + ", body " + body.keySet();
  }
}
