package io.retort.judge.peer;

import io.retort.worker.ConfigurationException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A host and port as configured; the host may resolve to several addresses.
 *
 * @param port 1 to 65535
 */
record PeerName(String host, int port) {
  private static final int LARGEST_PORT = 65_535;

  /**
   * @param text comma-separated list of {@code host:port}, possibly empty
   * @throws ConfigurationException when an element is not {@code host:port}
   */
  static List<PeerName> parseAll(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .map(PeerName::parse)
        .distinct()
        .toList();
  }

  private static PeerName parse(String part) {
    int colon = part.lastIndexOf(':');
    if (colon <= 0) {
      throw invalid(part, null);
    }
    try {
      int port = Integer.parseInt(part.substring(colon + 1));
      if (port < 1 || port > LARGEST_PORT) {
        throw invalid(part, null);
      }
      return new PeerName(part.substring(0, colon).replaceAll("^\\[(.*)]$", "$1"), port);
    } catch (NumberFormatException e) {
      throw invalid(part, e);
    }
  }

  private static ConfigurationException invalid(String part, @Nullable Throwable cause) {
    String message =
        "RETORT_JUDGE_PEERS: " + part + " (expected: a comma-separated list of host:port)";
    return cause == null
        ? new ConfigurationException(message)
        : new ConfigurationException(message, cause);
  }
}
