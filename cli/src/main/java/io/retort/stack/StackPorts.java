package io.retort.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The ports of one stack: the standard ones, shifted together by an offset or set individually. */
record StackPorts(Map<StackPort, Integer> numbers) {
  StackPorts {
    numbers = Map.copyOf(numbers);
  }

  /**
   * @param offset added to every standard port
   * @param moved port numbers by key, which override the offset
   * @throws StackException for an unknown key, a number out of range, or a port that two processes
   *     would share
   */
  static StackPorts of(int offset, Map<String, Integer> moved) {
    Map<StackPort, Integer> numbers = new EnumMap<>(StackPort.class);
    Map<String, Integer> left = new HashMap<>(moved);
    for (StackPort port : StackPort.values()) {
      Integer number = left.remove(port.key());
      numbers.put(port, number == null ? port.standard() + offset : number);
    }
    if (!left.isEmpty()) {
      throw new StackException("--port: " + left.keySet() + " (expected: one of " + keys() + ")");
    }
    Map<Integer, StackPort> owners = new HashMap<>();
    numbers.forEach(
        (port, number) -> {
          if (number < 1 || number > 65535) {
            throw new StackException(
                "--port " + port.key() + "=" + number + " (expected: 1 to 65535)");
          }
          StackPort other = owners.put(number, port);
          if (other != null) {
            throw new StackException(
                "--port: "
                    + number
                    + " is given to "
                    + other.key()
                    + " and "
                    + port.key()
                    + " (expected: one each)");
          }
        });
    return new StackPorts(numbers);
  }

  int get(StackPort port) {
    return numbers.getOrDefault(port, port.standard());
  }

  /** {@code 127.0.0.1:PORT}. */
  String address(StackPort port) {
    return "127.0.0.1:" + get(port);
  }

  /**
   * @throws StackException with every port of {@code ports} on which another program listens, and
   *     how to change it
   */
  void requireFree(Set<StackPort> ports) {
    List<StackPort> taken = taken(ports);
    if (!taken.isEmpty()) {
      throw new StackException(
          "ports are taken: "
              + taken.stream()
                  .map(port -> port.key() + " " + get(port))
                  .collect(Collectors.joining(", "))
              + " (expected: free ones; move one with --port "
              + taken.get(0).key()
              + "=NUMBER, or all with --port-offset 1000)");
    }
  }

  /** Those of {@code ports} on which a program listens. */
  List<StackPort> taken(Set<StackPort> ports) {
    return Arrays.stream(StackPort.values())
        .filter(port -> ports.contains(port) && !isFree(get(port)))
        .toList();
  }

  private static boolean isFree(int number) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), number));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> keys() {
    return Arrays.stream(StackPort.values()).map(StackPort::key).toList();
  }
}
