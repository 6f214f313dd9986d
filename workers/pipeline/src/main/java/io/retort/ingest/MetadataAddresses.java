package io.retort.ingest;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Addresses at which clouds serve a machine's metadata, including keys: the link-local ranges
 * (169.254.0.0/16, fe80::/10), and the addresses of Amazon and Alibaba Cloud outside of them.
 */
final class MetadataAddresses {
  private static final Set<String> OTHERS = Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200");

  /**
   * Whether the host of an address is, or resolves to, one of them; false if it cannot be resolved.
   */
  static boolean contain(URI address) {
    String host = address.getHost();
    if (host == null) {
      return false;
    }
    try {
      for (InetAddress found : InetAddress.getAllByName(host)) {
        if (found.isLinkLocalAddress() || OTHERS.contains(found.getHostAddress())) {
          return true;
        }
      }
      return false;
    } catch (UnknownHostException e) {
      // Nothing can be fetched from such a host; the client reports that.
      return false;
    }
  }

  private MetadataAddresses() {}
}
