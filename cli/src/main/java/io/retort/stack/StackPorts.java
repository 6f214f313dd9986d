package io.retort.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    List<String> taken = new ArrayList<>();
    for (StackPort port : StackPort.values()) {
      if (ports.contains(port) && !isFree(get(port))) {
        taken.add(port.key() + " " + get(port));
      }
    }
    if (!taken.isEmpty()) {
      throw new StackException(
          "ports are taken: "
              + String.join(", ", taken)
              + " (expected: free ones; move one with --port "
              + taken.get(0).split(" ", 2)[0]
              + "=NUMBER, or all with --port-offset 1000)");
    }
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
    return java.util.Arrays.stream(StackPort.values()).map(StackPort::key).toList();
  }
}
