package io.retort.judge.configuration;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Addresses of endpoints and proxies. */
final class Addresses {
  private static final int LARGEST_PORT = 65_535;

  /** {@code text} as a URI, with its scheme in lower case. */
  static URI parse(String text) throws URISyntaxException {
    URI uri = new URI(text);
    String scheme = uri.getScheme();
    return scheme == null
        ? uri
        : new URI(scheme.toLowerCase(Locale.ROOT) + text.substring(scheme.length()));
  }

  static boolean isPort(int port) {
    return port > 0 && port <= LARGEST_PORT;
  }

  private Addresses() {}
}
