package io.retort.ray;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Ray cluster of one node with two CPUs, on the loopback interface. */
final class RayTestCluster {
  private static final Path TRAINER = Path.of("..", "trainer").toAbsolutePath().normalize();
  private static final Path RAY = TRAINER.resolve(".venv/bin/ray");

  private final Process process;
  private final Path folder;
  private final RayAddress address;

  private RayTestCluster(Process process, Path folder, RayAddress address) {
    this.process = process;
    this.folder = folder;
    this.address = address;
  }

  static RayTestCluster start() throws IOException {
    if (!Files.isExecutable(RAY)) {
      throw new IllegalStateException(
          RAY + ": not there (expected: built by ./mvnw -pl gpu-workers/trainer verify)");
    }
    // Short, because Ray puts Unix sockets below it.
    Path folder = Files.createTempDirectory("ray");
    ProcessBuilder builder =
        new ProcessBuilder(
            RAY.toString(),
            "start",
            "--head",
            "--block",
            "--node-ip-address=127.0.0.1",
            "--port=0",
            "--ray-client-server-port=" + freePort(),
            "--dashboard-agent-listen-port=" + freePort(),
            "--min-worker-port=0",
            "--max-worker-port=0",
            "--num-cpus=2",
            "--num-gpus=0",
            "--object-store-memory=80000000",
            "--include-dashboard=false",
            "--disable-usage-stats",
            "--log-style=record",
            "--log-color=false",
            "--temp-dir=" + folder);
    // Without it Ray takes the address of the network card instead of the loopback one.
    builder.environment().put("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0");
    builder.redirectErrorStream(true);
    Process process = builder.start();
    awaitStarted(process);
    RayAddress address =
        RayAddress.parse("address", Files.readString(folder.resolve("ray_current_cluster")));
    return new RayTestCluster(process, folder, address);
  }

  RayAddress address() {
    return address;
  }

  /** With the real trainer package and the fixtures of these tests. */
  static String codeSearchPath() {
    return TRAINER.resolve("src")
        + ":"
        + Path.of("target", "test-classes", "python").toAbsolutePath();
  }

  void close() throws IOException, InterruptedException {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(RayTestCluster::delete);
    }
  }

  private static void awaitStarted(Process process) throws IOException {
    BufferedReader output = process.inputReader(UTF_8);
    StringBuilder seen = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      seen.append(line).append('\n');
      if (line.contains("Ray runtime started")) {
        reportErrors(output);
        return;
      }
    }
    throw new IllegalStateException("ray start ended:\n" + seen);
  }

  /** A cluster that ends by itself says why, where the tests' output is. */
  private static void reportErrors(BufferedReader output) {
    Thread thread =
        new Thread(
            () -> {
              try {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                  if (line.contains("ERR")) {
                    System.err.println(line);
                  }
                }
              } catch (IOException e) {
                // The process has ended.
              }
            },
            "ray-output");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Outside the range that outgoing connections take their ports from: Ray ends the whole cluster
   * when one of its servers finds its port taken.
   */
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // The next one, then.
      }
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
