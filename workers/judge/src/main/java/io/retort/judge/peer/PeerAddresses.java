package io.retort.judge.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of the peers, without this worker's own. A name that cannot be resolved keeps its
 * previous addresses.
 */
final class PeerAddresses {
  private static final Logger logger = LoggerFactory.getLogger(PeerAddresses.class);

  private final List<PeerName> names;
  private final Lookup lookup;
  private final Map<PeerName, List<InetSocketAddress>> known = new HashMap<>();
  private volatile List<InetSocketAddress> others = List.of();
  private volatile int workers;

  /** {@link InetAddress#getAllByName}, replaceable for tests. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  PeerAddresses(List<PeerName> names, Lookup lookup) {
    this.names = names;
    this.lookup = lookup;
    workers = names.size() + 1;
  }

  /** Addresses of the other workers, as of the last {@link #refresh}. */
  List<InetSocketAddress> others() {
    return others;
  }

  /** Number of workers, this one included. A name that was never resolved counts as one. */
  int workers() {
    return workers;
  }

  /** Resolves all names. Blocks; not thread-safe. */
  void refresh(int ownPort) {
    Set<InetSocketAddress> found = new LinkedHashSet<>();
    int unknown = 0;
    for (PeerName name : names) {
      try {
        List<InetSocketAddress> addresses =
            List.of(lookup.all(name.host())).stream()
                .map(address -> new InetSocketAddress(address, name.port()))
                .toList();
        known.put(name, addresses);
      } catch (UnknownHostException e) {
        logger.debug("peer {} cannot be resolved: {}", name, e.toString());
      }
      List<InetSocketAddress> addresses = known.get(name);
      if (addresses == null) {
        unknown++;
      } else {
        found.addAll(addresses);
      }
    }
    found.removeIf(address -> address.getPort() == ownPort && isLocal(address.getAddress()));
    List<InetSocketAddress> next = List.copyOf(found);
    if (!Set.copyOf(next).equals(Set.copyOf(others))) {
      logger.info("judge peers: {}", next);
    }
    others = next;
    workers = next.size() + unknown + 1;
  }

  private static boolean isLocal(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return false;
    }
  }
}
