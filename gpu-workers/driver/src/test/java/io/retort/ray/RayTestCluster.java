package io.retort.ray;

import io.ray.api.function.PyActorClass;
import io.retort.training.TrainerGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A real Ray cluster: a head with two CPUs, and the nodes added to it. */
public final class RayTestCluster {
  private final RayTestNode head;
  private final List<RayTestNode> added = new ArrayList<>();
  private final Path folder;
  private final RayAddress address;

  private RayTestCluster(RayTestNode head, Path folder, RayAddress address) {
    this.head = head;
    this.folder = folder;
    this.address = address;
  }

  /** A cluster that consists only of its head. */
  static RayTestCluster start() throws IOException {
    Path folder = newFolder();
    return of(RayTestNode.startAlone(head(folder)), folder);
  }

  /** A head that other nodes can join. */
  public static RayTestCluster startExtensible() throws IOException {
    Path folder = newFolder();
    return of(RayTestNode.startAmongOthers(head(folder)), folder);
  }

  /** Adds a node with one CPU and one of a custom resource. */
  public RayTestNode addNode(String resource) throws IOException {
    RayTestNode node =
        RayTestNode.startAmongOthers(
            List.of(
                "--address=" + address, "--num-cpus=1", "--resources={\"" + resource + "\": 1}"));
    added.add(node);
    return node;
  }

  public RayTestNode head() {
    return head;
  }

  RayAddress address() {
    return address;
  }

  /** Connects this process as a driver. */
  public RayConnection connect() {
    return RayConnection.open(address, codeSearchPath());
  }

  /** A gateway whose trainers are of a Python class that stands in for the real one. */
  public static TrainerGateway gateway(RayConnection connection, String module, String className) {
    return connection.gateway(PyActorClass.of(module, className));
  }

  /** A gateway with the real trainer package and the fixtures of these tests. */
  public static String codeSearchPath() {
    return RayTestNode.TRAINER.resolve("src")
        + ":"
        + Path.of("target", "test-classes", "python").toAbsolutePath();
  }

  /** The Python interpreter with the trainer's packages. */
  public static Path python() {
    return RayTestNode.TRAINER.resolve(".venv/bin/python");
  }

  public void close() throws IOException, InterruptedException {
    for (RayTestNode node : added) {
      node.close();
    }
    head.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(RayTestCluster::delete);
    }
  }

  private static Path newFolder() throws IOException {
    // Short, because Ray creates Unix sockets in it.
    return Files.createTempDirectory("ray");
  }

  private static List<String> head(Path folder) throws IOException {
    return List.of(
        "--head",
        "--port=0",
        "--ray-client-server-port=" + RayTestNode.freePort(),
        "--num-cpus=2",
        "--include-dashboard=false",
        "--temp-dir=" + folder);
  }

  private static RayTestCluster of(RayTestNode head, Path folder) throws IOException {
    RayAddress address =
        RayAddress.parse("address", Files.readString(folder.resolve("ray_current_cluster")));
    return new RayTestCluster(head, folder, address);
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
