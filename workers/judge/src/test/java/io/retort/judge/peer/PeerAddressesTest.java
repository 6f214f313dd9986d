package io.retort.judge.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerAddressesTest {
  private static final int OWN_PORT = 7401;

  private final Map<String, List<String>> dns = new HashMap<>();

  @Test
  void withoutPeersThereIsOneWorker() {
    PeerAddresses addresses = addresses("");

    addresses.refresh(OWN_PORT);

    assertThat(addresses.others()).isEmpty();
    assertThat(addresses.workers()).isEqualTo(1);
  }

  @Test
  void thisWorkerAmongItsPeersIsNoOther() throws UnknownHostException {
    dns.put("127.0.0.1", List.of("127.0.0.1"));
    PeerAddresses all = addresses("127.0.0.1:7401, 127.0.0.1:7402");
    PeerAddresses other = addresses("127.0.0.1:7402");

    all.refresh(OWN_PORT);
    other.refresh(OWN_PORT);

    assertThat(all.others()).containsExactly(address("127.0.0.1", 7402));
    assertThat(all.workers()).isEqualTo(2);
    assertThat(other.others()).isEqualTo(all.others());
    assertThat(other.workers()).isEqualTo(2);
  }

  @Test
  void aNameStandsForAllItsAddressesAsTheyCome() throws UnknownHostException {
    PeerAddresses addresses = addresses("judge.retort:7401");
    assertThat(addresses.workers()).isEqualTo(2);

    dns.put("judge.retort", List.of("127.0.0.1", "198.51.100.1", "198.51.100.2"));
    addresses.refresh(OWN_PORT);
    assertThat(addresses.others())
        .containsExactly(address("198.51.100.1", 7401), address("198.51.100.2", 7401));
    assertThat(addresses.workers()).isEqualTo(3);

    dns.put("judge.retort", List.of("127.0.0.1", "198.51.100.9"));
    addresses.refresh(OWN_PORT);
    assertThat(addresses.others()).containsExactly(address("198.51.100.9", 7401));
  }

  @Test
  void aNameThatIsNotFoundKeepsItsAddressesOrCountsAsOne() throws UnknownHostException {
    dns.put("a", List.of("198.51.100.1"));
    PeerAddresses addresses = addresses("a:1,b:2");
    addresses.refresh(OWN_PORT);
    assertThat(addresses.workers()).isEqualTo(3);

    dns.clear();
    addresses.refresh(OWN_PORT);

    assertThat(addresses.others()).containsExactly(address("198.51.100.1", 1));
    assertThat(addresses.workers()).isEqualTo(3);
  }

  @Test
  void whatIsNoAddressIsAConfigurationError() {
    for (String text : List.of("judge", ":7401", "judge:port", "judge:0", "judge:70000", "a:1,b")) {
      assertThatThrownBy(() -> PeerName.parseAll(text))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("RETORT_JUDGE_PEERS: ")
          .hasMessageEndingWith("(expected: a comma-separated list of host:port)");
    }
    assertThat(PeerName.parseAll("[::1]:7401, ,a:1"))
        .containsExactly(new PeerName("::1", 7401), new PeerName("a", 1));
  }

  private PeerAddresses addresses(String names) {
    return new PeerAddresses(PeerName.parseAll(names), this::lookUp);
  }

  private InetAddress[] lookUp(String host) throws UnknownHostException {
    List<String> found = dns.get(host);
    if (found == null) {
      throw new UnknownHostException(host);
    }
    InetAddress[] addresses = new InetAddress[found.size()];
    for (int index = 0; index < addresses.length; index++) {
      addresses[index] = InetAddress.getByName(found.get(index));
    }
    return addresses;
  }

  private static InetSocketAddress address(String literal, int port) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(literal), port);
  }
}
