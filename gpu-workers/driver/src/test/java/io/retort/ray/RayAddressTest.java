package io.retort.ray;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RayAddressTest {
  @Test
  void parsesHostAndPort() {
    RayAddress address = RayAddress.parse("RETORT_RAY_ADDRESS", "127.0.0.1:6379");

    assertThat(address).isEqualTo(new RayAddress("127.0.0.1", 6379));
    assertThat(address).hasToString("127.0.0.1:6379");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"head", ":6379", "head:", "head:x", "head:0", "head:65536", "ray://head:1"})
  void refusesOtherText(String text) {
    assertThatThrownBy(() -> RayAddress.parse("RETORT_RAY_ADDRESS", text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("RETORT_RAY_ADDRESS: " + text + " (expected: host:port");
  }

  @Test
  @Timeout(30)
  void waitsUntilSomebodyListens() throws Exception {
    RayAddress address = unusedAddress();
    Thread waiting = Thread.currentThread();
    CountDownLatch waits = new CountDownLatch(1);
    try (ServerSocket socket = new ServerSocket()) {
      Thread head =
          new Thread(
              () -> {
                try {
                  waits.await();
                  while (waiting.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                  }
                  socket.bind(new InetSocketAddress(address.host(), address.port()));
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      head.start();
      waits.countDown();

      address.awaitReachable("RETORT_RAY_ADDRESS");

      assertThat(socket.isBound()).isTrue();
    }
  }

  @Test
  void seesThatAClusterListensOnLoopbackAlone() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = socket.getLocalPort();
      assertThat(new RayAddress("127.0.0.1", port).nodeOnLoopback()).contains("127.0.0.1");
      assertThat(new RayAddress("localhost", port).nodeOnLoopback()).contains("127.0.0.1");
      assertThat(new RayAddress("192.0.2.1", port).nodeOnLoopback()).isEmpty();
    }
  }

  private static RayAddress unusedAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new RayAddress("127.0.0.1", socket.getLocalPort());
    }
  }
}
