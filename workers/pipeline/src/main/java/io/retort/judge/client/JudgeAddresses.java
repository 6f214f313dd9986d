package io.retort.judge.client;

import io.retort.worker.ConfigurationException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/** Addresses of the judge workers: {@code host:port}, separated by commas. */
record JudgeAddresses(List<InetSocketAddress> addresses) {
  /**
   * @throws ConfigurationException if a part is not {@code host:port}
   */
  static JudgeAddresses parse(String text) {
    List<String> parts =
        Arrays.stream(text.split(",", -1))
            .map(String::strip)
            .filter(part -> !part.isEmpty())
            .toList();
    if (parts.isEmpty()) {
      throw invalid(text, null);
    }
    return new JudgeAddresses(parts.stream().map(JudgeAddresses::address).toList());
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
    String message =
        "RETORT_JUDGE_ADDRESSES: " + value + " (expected: host:port, several with commas between)";
    return cause == null
        ? new ConfigurationException(message)
        : new ConfigurationException(message, cause);
  }
}
