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

/** Where a Ray cluster's head listens. */
public record RayAddress(String host, int port) {
  private static final String EXPECTED =
      " (expected: host:port of a Ray head, as `ray start --head` prints it)";

  private static final int LOCAL_TIMEOUT_MILLIS = 1000;

  /**
   * @param variable that {@code text} comes from, for the message
   * @throws ConfigurationException when {@code text} is no host:port
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
   * Connects once. Ray's own library aborts the process when it cannot, so this asks first.
   *
   * @throws ConfigurationException when nothing listens there
   */
  public void requireReachable(String variable, Duration timeout) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), Math.toIntExact(timeout.toMillis()));
    } catch (IOException e) {
      throw new ConfigurationException(
          variable + ": " + this + " cannot be reached: " + e.getMessage() + EXPECTED, e);
    }
  }

  /**
   * The loopback address, when that is all that the cluster listens on. Ray does so exactly when
   * its node has that address, and a driver has to name its node's address.
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
