package io.retort.judge.peer;

import io.retort.tls.ServiceAddress;
import io.retort.worker.ConfigurationException;
import java.util.Arrays;
import java.util.List;

/**
 * The value of {@code RETORT_JUDGE_PEERS}.
 *
 * @param tls whether connections are encrypted
 */
record PeerList(List<PeerName> names, boolean tls) {
  private static final String VARIABLE = "RETORT_JUDGE_PEERS: ";

  /**
   * @param text comma-separated addresses as of {@link ServiceAddress}, possibly none
   * @throws ConfigurationException when one is no address, or reports would be sent to another
   *     machine without encryption, or only some are encrypted
   */
  static PeerList parse(String text) {
    try {
      List<ServiceAddress> addresses =
          Arrays.stream(text.split(",", -1))
              .map(String::strip)
              .filter(part -> !part.isEmpty())
              .map(ServiceAddress::parse)
              .toList();
      List<PeerName> names =
          PeerName.parseAll(
              String.join(",", addresses.stream().map(ServiceAddress::target).toList()));
      boolean tls = addresses.stream().anyMatch(ServiceAddress::tls);
      if (tls && !addresses.stream().allMatch(ServiceAddress::tls)) {
        throw new ConfigurationException(
            VARIABLE + text + " (expected: https:// before each address, or before none)");
      }
      addresses.forEach(address -> address.requirePrivate("reports to peers"));
      return new PeerList(names, tls);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(VARIABLE + e.getMessage(), e);
    }
  }
}
