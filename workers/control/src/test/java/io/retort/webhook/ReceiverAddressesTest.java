package io.retort.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReceiverAddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        // This host, private, carrier-grade NAT, loopback, link-local with the metadata of clouds.
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        // Special purpose, documentation, benchmarks, multicast, reserved, broadcast.
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        // IPv6: unspecified, loopback, mapped, compatible, NAT64, local NAT64, discard.
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        // Teredo, documentation, 6to4, unique local with metadata, link-local, site-local,
        // multicast.
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1"
      })
  void addressesThatAreNotPublicAreClosed(String address) {
    assertThat(addresses("").isOpen("x.test", InetAddresses.forString(address))).isFalse();
    String host = address.contains(":") ? "[" + address + "]" : address;
    assertThat(addresses("").problem("https://" + host + "/hook"))
        .hasValueSatisfying(
            problem ->
                assertThat(problem)
                    .contains("which is no public address (expected: one, or an entry of"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1", "2a00::1"})
  void publicAddressesAreOpenOverHttps(String address) {
    assertThat(addresses("").isOpen("x.test", InetAddresses.forString(address))).isTrue();
    assertThat(addresses("").isAllowed("x.test", InetAddresses.forString(address))).isFalse();
    String host = address.contains(":") ? "[" + address + "]" : address;
    assertThat(addresses("").problem("https://" + host + "/hook")).isEmpty();
    assertThat(addresses("").problem("http://" + host + "/hook"))
        .hasValueSatisfying(problem -> assertThat(problem).startsWith("http (expected: https"));
  }

  @ParameterizedTest
  @CsvSource({
    "hooks.test, 127.0.0.1, true",
    "other.test, 127.0.0.1, false",
    "other.test, 10.1.2.3, true",
    "other.test, 10.2.0.1, false",
    "other.test, 192.168.0.7, true",
    "other.test, 192.168.0.8, false",
    "other.test, fd12::1, true",
    "other.test, ::ffff:10.1.2.3, true"
  })
  void whatIsListedIsAllowed(String host, String address, boolean allowed) {
    ReceiverAddresses addresses = addresses("Hooks.test, 10.1.0.0/16, 192.168.0.7,fd00::/8");

    assertThat(addresses.isAllowed(host, InetAddresses.forString(address))).isEqualTo(allowed);
    assertThat(addresses.isOpen(host, InetAddresses.forString(address))).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hooks.test | not a URL of a host",
        "ftp://hooks.test/ | not a URL of a host",
        "file:///etc/passwd | not a URL of a host",
        "https:///path | not a URL of a host",
        "https://a b/ | not a URL",
        "https://user:secret@hooks.test/ | has a user or a fragment",
        "https://hooks.test/#x | has a user or a fragment",
        "https://hooks.test:0/ | port 0",
        "https://hooks.test:70000/ | port 70000",
        "https://2130706433/ | not a URL of a host",
        "https://0x7f000001/ | not a URL of a host",
        "https://127.1/ | not a URL of a host",
        "http://other.test/ | http (expected: https"
      })
  void saysWhatIsWrongWithAReceiver(String url, String problem) {
    assertThat(addresses("hooks.test").problem(url))
        .hasValueSatisfying(found -> assertThat(found).startsWith(problem));
  }

  @Test
  void aListedHostMayHaveHttpAndAnEntryThatIsNoneIsRefused() {
    assertThat(addresses("hooks.test").problem("http://HOOKS.test:8080/a?b=c")).isEmpty();
    assertThatThrownBy(() -> addresses("hooks.test, 10.0.0.0/33"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("RETORT_WEBHOOK_ALLOW: 10.0.0.0/33 (expected: ");
  }

  private static ReceiverAddresses addresses(String allowed) {
    return ReceiverAddresses.of(new Environment(Map.of("RETORT_WEBHOOK_ALLOW", allowed)));
  }
}
