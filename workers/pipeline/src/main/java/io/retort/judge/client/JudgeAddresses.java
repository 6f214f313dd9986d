package io.retort.judge.client;

import io.retort.tls.ServiceAddress;
import io.retort.worker.ConfigurationException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Addresses of the judge workers.
 *
 * @param addresses not resolved
 * @param tls whether connections are encrypted
 */
record JudgeAddresses(List<InetSocketAddress> addresses, boolean tls) {
  private static final String VARIABLE = "RETORT_JUDGE_ADDRESSES: ";

  /**
   * @param text as of {@link ServiceAddress}, separated by commas
   * @throws ConfigurationException if a part is no address, rows would be sent to another machine
   *     without encryption, or only some are encrypted
   */
  static JudgeAddresses parse(String text) {
    try {
      List<ServiceAddress> parts =
          Arrays.stream(text.split(",", -1))
              .map(String::strip)
              .filter(part -> !part.isEmpty())
              .map(ServiceAddress::parse)
              .toList();
      if (parts.isEmpty()) {
        throw invalid(text, null);
      }
      List<InetSocketAddress> addresses =
          parts.stream().map(ServiceAddress::target).map(JudgeAddresses::address).toList();
      boolean tls = parts.stream().anyMatch(ServiceAddress::tls);
      if (tls && !parts.stream().allMatch(ServiceAddress::tls)) {
        throw new ConfigurationException(
            VARIABLE + text + " (expected: https:// before each address, or before none)");
      }
      parts.forEach(part -> part.requirePrivate("rows"));
      return new JudgeAddresses(addresses, tls);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(VARIABLE + e.getMessage(), e);
    }
  }

  /** {@code a:1,b:2}, without schemes. */
  static JudgeAddresses ofTargets(String text) {
    return new JudgeAddresses(
        Arrays.stream(text.split(",", -1)).map(JudgeAddresses::address).toList(), false);
  }

  /** As {@link #ofTargets} reads it. */
  String targets() {
    return addresses.stream().map(JudgeAddresses::target).collect(Collectors.joining(","));
  }

  static String target(InetSocketAddress address) {
    String host = address.getHostString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static InetSocketAddress address(String part) {
    int colon = part.lastIndexOf(':');
    if (colon <= 0) {
      throw invalid(part, null);
    }
    try {
      String host = part.substring(0, colon).replaceAll("^\\[(.*)]$", "$1");
      // Unresolved: the channel resolves names, and resolves them again after a lost connection.
      return InetSocketAddress.createUnresolved(host, Integer.parseInt(part.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw invalid(part, e);
    }
  }

  private static ConfigurationException invalid(
      String value, @org.jspecify.annotations.Nullable Throwable cause) {
    String message = VARIABLE + value + " (expected: host:port, several with commas between)";
    return cause == null
        ? new ConfigurationException(message)
        : new ConfigurationException(message, cause);
  }
}
