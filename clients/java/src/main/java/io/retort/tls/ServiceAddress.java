package io.retort.tls;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a service: {@code https://HOST[:PORT]} with TLS; {@code HOST:PORT} without, for
 * this machine; {@code http://HOST:PORT} without, also for another, where something else encrypts.
 *
 * @param text as it was given
 * @param target {@code HOST:PORT}
 * @param tls whether the connection is encrypted
 */
public record ServiceAddress(String text, String target, boolean tls) {
  private static final int TLS_PORT = 443;
  private static final Pattern URL = Pattern.compile("(https?)://([^/]+)/*");

  /**
   * @throws IllegalArgumentException if the text is no address; the message says what was expected
   */
  public static ServiceAddress parse(String text) {
    String stripped = text.strip();
    if (!stripped.contains("://")) {
      if (stripped.isEmpty() || stripped.contains("/")) {
        throw noAddress(stripped);
      }
      return new ServiceAddress(stripped, stripped, false);
    }
    Matcher parts = URL.matcher(stripped);
    if (!parts.matches()) {
      throw noAddress(stripped);
    }
    boolean tls = parts.group(1).equals("https");
    String rest = parts.group(2);
    boolean complete = !tls || rest.matches(".*:[0-9]+");
    return new ServiceAddress(stripped, complete ? rest : rest + ":" + TLS_PORT, tls);
  }

  /**
   * @param secret what would be sent, as in "the token"
   * @throws IllegalArgumentException if it would be sent without encryption to another machine and
   *     the address does not say {@code http://}
   */
  public void requirePrivate(String secret) {
    if (!text.contains("://") && !isLoopback()) {
      throw new IllegalArgumentException(
          text
              + ": "
              + secret
              + " would be sent without encryption (expected: https://"
              + text
              + "; http://"
              + text
              + " if something else encrypts the connection)");
    }
  }

  /** As it was given. */
  @Override
  public String toString() {
    return text;
  }

  private boolean isLoopback() {
    String host = target.replaceFirst(":[0-9]+$", "");
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static IllegalArgumentException noAddress(String text) {
    return new IllegalArgumentException(
        text + ": is no address (expected: https://HOST:PORT or HOST:PORT)");
  }
}
