package io.retort.webhook;

import com.google.common.base.Splitter;
import com.google.common.net.InetAddresses;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * To which addresses the control plane sends: public ones over https, and those that {@code
 * RETORT_WEBHOOK_ALLOW} lists (names of hosts, addresses and ranges such as 10.1.0.0/16, separated
 * by commas), also over http. Otherwise a subscription would be a way to services that only this
 * network reaches.
 */
public final class ReceiverAddresses {
  private static final String VARIABLE = "RETORT_WEBHOOK_ALLOW";
  private static final Pattern HOST = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

  /** The last part of a name begins with a letter, that of an address does not. */
  private static final Pattern NAME = Pattern.compile("(.*\\.)?[a-z][a-z0-9-]*");

  /** Of IPv4: everything that is not an address of one machine in the public network. */
  private static final List<AddressRange> CLOSED_IPV4 =
      ranges(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  /** Of IPv6 only the public addresses are open; what is mapped or translated lies outside. */
  private static final AddressRange OPEN_IPV6 = AddressRange.of("2000::/3");

  private static final List<AddressRange> CLOSED_IPV6 =
      ranges("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private final Set<String> allowedHosts;
  private final List<AddressRange> allowedRanges;

  private ReceiverAddresses(Set<String> allowedHosts, List<AddressRange> allowedRanges) {
    this.allowedHosts = allowedHosts;
    this.allowedRanges = allowedRanges;
  }

  /**
   * @throws ConfigurationException if the variable has an entry that is neither
   */
  public static ReceiverAddresses of(Environment environment) {
    Set<String> hosts = new TreeSet<>();
    List<AddressRange> ranges = new ArrayList<>();
    for (String entry :
        Splitter.on(',')
            .trimResults()
            .omitEmptyStrings()
            .split(environment.get(VARIABLE, "").toLowerCase(Locale.ROOT))) {
      Optional<AddressRange> range = AddressRange.parse(entry);
      if (range.isPresent()) {
        ranges.add(range.get());
      } else if (HOST.matcher(entry).matches()) {
        hosts.add(entry);
      } else {
        throw new ConfigurationException(
            VARIABLE
                + ": "
                + entry
                + " (expected: names of hosts, addresses, or ranges such as 10.1.0.0/16, separated"
                + " by commas)");
      }
    }
    return new ReceiverAddresses(hosts, ranges);
  }

  /**
   * Why a receiver cannot have this address; empty for one that it may have. Looks no name up:
   * whether its host's address is open is seen with each call.
   */
  public Optional<String> problem(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      return Optional.of("not a URL (expected: https://HOST/PATH)");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (uri.getHost() == null || !(scheme.equals("https") || scheme.equals("http"))) {
      return Optional.of("not a URL of a host (expected: https://HOST/PATH)");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      return Optional.of("has a user or a fragment (expected: https://HOST/PATH)");
    }
    if (uri.getPort() == 0 || uri.getPort() > 65_535) {
      return Optional.of("port " + uri.getPort() + " (expected: 1 to 65535)");
    }
    String host = host(uri);
    Optional<InetAddress> literal = literal(host);
    if (literal.isEmpty() && !NAME.matcher(host).matches()) {
      // An address in another notation, such as 2130706433.
      return Optional.of("not a URL of a host (expected: https://HOST/PATH)");
    }
    if (literal.isPresent() && !isOpen(host, literal.get())) {
      return Optional.of(refusal(host, literal.get()));
    }
    boolean mayBeAllowed = allowedHosts.contains(host) || !allowedRanges.isEmpty();
    if (scheme.equals("http") && !mayBeAllowed) {
      return Optional.of(refusalOfHttp());
    }
    return Optional.empty();
  }

  /** Whether a call may go to an address that the host has now. */
  boolean isOpen(String host, InetAddress address) {
    return isAllowed(host, address) || isPublic(address);
  }

  /** Whether it may go there without TLS. */
  boolean isAllowed(String host, InetAddress address) {
    return allowedHosts.contains(host)
        || allowedRanges.stream().anyMatch(range -> range.contains(address));
  }

  static String refusal(String host, InetAddress address) {
    return host
        + " is "
        + InetAddresses.toAddrString(address)
        + ", which is no public address (expected: one, or an entry of "
        + VARIABLE
        + ")";
  }

  static String refusalOfHttp() {
    return "http (expected: https, or an entry of " + VARIABLE + " for the host)";
  }

  /** In lower case; of IPv6 without brackets. */
  static String host(URI uri) {
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    return bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
  }

  private static Optional<InetAddress> literal(String host) {
    return InetAddresses.isInetAddress(host)
        ? Optional.of(InetAddresses.forString(host))
        : Optional.empty();
  }

  private static boolean isPublic(InetAddress address) {
    // An IPv4 address that is mapped into IPv6 is one of IPv4 in Java.
    if (address.getAddress().length == 4) {
      return CLOSED_IPV4.stream().noneMatch(range -> range.contains(address));
    }
    return OPEN_IPV6.contains(address)
        && CLOSED_IPV6.stream().noneMatch(range -> range.contains(address));
  }

  private static List<AddressRange> ranges(String... texts) {
    return java.util.Arrays.stream(texts).map(AddressRange::of).toList();
  }
}
