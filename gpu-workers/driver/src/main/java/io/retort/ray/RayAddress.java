package io.retort.ray;

import io.retort.worker.ConfigurationException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Address of a Ray cluster's head. */
public record RayAddress(String host, int port) {
  private static final Logger logger = LoggerFactory.getLogger(RayAddress.class);

  private static final String EXPECTED =
      " (expected: host:port of a Ray head, as `ray start --head` prints it)";

  private static final int CONNECT_TIMEOUT_MILLIS = 5000;
  private static final int LOCAL_TIMEOUT_MILLIS = 1000;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /**
   * @param variable that contains {@code text}, for the message
   * @throws ConfigurationException if {@code text} is not host:port
   */
  public static RayAddress parse(String variable, String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon).strip();
    if (host.isEmpty() || host.contains("/")) {
      throw new ConfigurationException(variable + ": " + text + EXPECTED);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1).strip());
      if (port < 1 || port > 65535) {
        throw new ConfigurationException(variable + ": " + text + EXPECTED);
      }
      return new RayAddress(host, port);
    } catch (NumberFormatException e) {
      throw new ConfigurationException(variable + ": " + text + EXPECTED, e);
    }
  }

  /**
   * Waits without a limit until something listens at the address. Ray's library aborts the process
   * if it cannot connect, so the connection is tested first.
   *
   * @param variable that contains this address, for messages
   */
  public void awaitReachable(String variable) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (true) {
      try (Socket socket = new Socket()) {
        // Resolved again each time: a restarted head may have another address.
        socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MILLIS);
        return;
      } catch (IOException e) {
        logger.warn(
            "{}: {} cannot be reached, trying again in {} ms: {}{}",
            variable,
            this,
            pause.toMillis(),
            e.getMessage(),
            EXPECTED);
      }
      Thread.sleep(pause.toMillis());
      pause = pause.multipliedBy(2);
      if (pause.compareTo(LONGEST_PAUSE) > 0) {
        pause = LONGEST_PAUSE;
      }
    }
  }

  /**
   * The loopback address if the cluster listens only on it. Ray does so exactly if its node has
   * that address, and a driver has to use its node's address.
   */
  Optional<String> nodeOnLoopback() {
    try {
      InetAddress resolved = InetAddress.getByName(host);
      return resolved.isLoopbackAddress() && !isListeningBeyondLoopback()
          ? Optional.of(resolved.getHostAddress())
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean isListeningBeyondLoopback() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .anyMatch(this::isListening);
  }

  private boolean isListening(InetAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), LOCAL_TIMEOUT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
