package io.retort.ray;

import io.ray.api.Ray;
import io.ray.api.runtimecontext.NodeInfo;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The cluster that this process is connected to. */
final class JoinedCluster implements ClusterView {
  private static final int CONNECT_MILLIS = 1000;

  private final String ownNode;
  private final Optional<InetSocketAddress> raylet;

  private JoinedCluster(String ownNode, Optional<InetSocketAddress> raylet) {
    this.ownNode = ownNode;
    this.raylet = raylet;
  }

  static JoinedCluster now() {
    String own = Ray.getRuntimeContext().getCurrentNodeId().toString();
    return new JoinedCluster(
        own,
        Ray.getRuntimeContext().getAllNodeInfo().stream()
            .filter(node -> node.nodeId.toString().equals(own))
            .map(JoinedCluster::address)
            .findFirst());
  }

  @Override
  public String ownNode() {
    return ownNode;
  }

  /**
   * A driver and its raylet run on the same machine, so only a refused connection shows that
   * nothing listens.
   */
  @Override
  public boolean isOwnNodeListening() {
    if (raylet.isEmpty()) {
      return true;
    }
    try (Socket socket = new Socket()) {
      socket.connect(raylet.get(), CONNECT_MILLIS);
      return true;
    } catch (ConnectException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public Map<String, Map<String, Double>> nodes() {
    return Ray.getRuntimeContext().getAllNodeInfo().stream()
        .filter(node -> node.isAlive)
        .collect(
            Collectors.toUnmodifiableMap(node -> node.nodeId.toString(), node -> node.resources));
  }

  private static InetSocketAddress address(NodeInfo node) {
    return new InetSocketAddress(node.nodeAddress, node.nodeManagerPort);
  }
}
