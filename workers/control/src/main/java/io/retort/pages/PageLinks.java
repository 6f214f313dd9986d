package io.retort.pages;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.net.URI;

/**
 * Addresses of other user interfaces, for people's browsers: {@code RETORT_TEMPORAL_UI} and {@code
 * RETORT_RAY_DASHBOARD}, none by default.
 */
public final class PageLinks {
  private final String temporal;
  private final String namespace;
  private final String ray;

  /**
   * @param namespace of the runs in Temporal
   * @throws ConfigurationException if an address is not one of HTTP
   */
  public PageLinks(Environment environment, String namespace) {
    this.namespace = namespace;
    temporal = address(environment, "RETORT_TEMPORAL_UI");
    ray = address(environment, "RETORT_RAY_DASHBOARD");
  }

  String temporal(String runId) {
    return temporal.isEmpty()
        ? ""
        : temporal
            + "/namespaces/"
            + Paths.segment(namespace)
            + "/workflows/"
            + Paths.segment(runId);
  }

  String ray() {
    return ray;
  }

  private static String address(Environment environment, String name) {
    String value = environment.get(name, "");
    if (value.isEmpty()) {
      return "";
    }
    try {
      URI uri = URI.create(value);
      if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null) {
        return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
      }
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(message(name, value), e);
    }
    throw new ConfigurationException(message(name, value));
  }

  private static String message(String name, String value) {
    return name + ": " + value + " (expected: an address such as http://127.0.0.1:8233)";
  }
}
