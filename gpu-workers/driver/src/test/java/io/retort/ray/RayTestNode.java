package io.retort.ray;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The processes of one Ray node. */
public final class RayTestNode {
  static final Path TRAINER = Path.of("..", "trainer").toAbsolutePath().normalize();
  private static final Path RAY = TRAINER.resolve(".venv/bin/ray");

  // Each JVM of the tests has ports of its own, counted from 1; an IDE has one JVM and no number.
  private static final int FORK = Math.max(1, Integer.getInteger("surefire.forkNumber", 1));
  private static final int PORTS_A_FORK = 6_000;
  private static final int FIRST_PORT = 20_000 + (FORK - 1) * PORTS_A_FORK;

  private final Process process;

  private RayTestNode(Process process) {
    this.process = process;
  }

  /** A node that is a cluster on its own, on the loopback interface. */
  static RayTestNode startAlone(List<String> arguments) throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.add("--node-ip-address=127.0.0.1");
    // Without it, Ray uses the address of the network card instead of the loopback address.
    return start(all, Map.of("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0"));
  }

  /** A node of a cluster with several nodes, for which Ray needs the network card's address. */
  static RayTestNode startAmongOthers(List<String> arguments) throws IOException {
    // A killed node is detected after two seconds instead of fifteen.
    return start(
        arguments,
        Map.of("RAY_health_check_period_ms", "500", "RAY_health_check_failure_threshold", "4"));
  }

  private static RayTestNode start(List<String> arguments, Map<String, String> environment)
      throws IOException {
    if (!Files.isExecutable(RAY)) {
      throw new IllegalStateException(
          RAY + ": not there (expected: built by ./mvnw -pl gpu-workers/trainer verify)");
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                RAY.toString(),
                "start",
                "--block",
                "--dashboard-agent-listen-port=" + freePort(),
                "--dashboard-agent-grpc-port=" + freePort(),
                "--runtime-env-agent-port=" + freePort(),
                "--metrics-export-port=" + freePort(),
                "--min-worker-port=0",
                "--max-worker-port=0",
                "--num-gpus=0",
                "--object-store-memory=80000000",
                "--disable-usage-stats",
                "--log-style=record",
                "--log-color=false"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    Process process = builder.start();
    awaitStarted(process);
    return new RayTestNode(process);
  }

  /** Processes of actors of this Python class on the node. */
  public List<ProcessHandle> actors(String className) {
    return process.descendants().filter(descendant -> runs(descendant, className)).toList();
  }

  /** The head's server, which knows all nodes, actors and placement groups. */
  ProcessHandle gcsServer() {
    return process
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("gcs_server"))
        .findFirst()
        .orElseThrow();
  }

  /** Ends every process of the node with SIGKILL, like a machine that loses power. */
  public void kill() {
    List<ProcessHandle> all = Stream.concat(process.descendants(), of(process)).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }

  void close() throws InterruptedException {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }

  /**
   * A port outside the range from which outgoing connections take theirs: Ray ends the whole
   * cluster if one of its servers finds its port in use.
   */
  static int freePort() throws IOException {
    while (true) {
      int port = FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS_A_FORK);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // The port is in use; tries the next one.
      }
    }
  }

  private static Stream<ProcessHandle> of(Process process) {
    return Stream.of(process.toHandle());
  }

  private static boolean runs(ProcessHandle process, String className) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).contains(className);
    } catch (IOException e) {
      // It has ended in the meantime.
      return false;
    }
  }

  private static void awaitStarted(Process process) throws IOException {
    BufferedReader output = process.inputReader(UTF_8);
    StringBuilder seen = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      seen.append(line).append('\n');
      // After "Ray runtime started": only then is the address of the cluster written.
      if (line.contains("This command will now block forever")) {
        reportErrors(output);
        return;
      }
    }
    throw new IllegalStateException("ray start ended:\n" + seen);
  }

  /** Prints the reason to the tests' output if the cluster ends unexpectedly. */
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
}
