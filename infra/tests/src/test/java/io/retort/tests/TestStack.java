package io.retort.tests;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.retort.stack.StackState;
import io.retort.stack.StackState.RecordedProcess;
import io.retort.v1.RunServiceGrpc;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The local stack as a user starts it, with the command line and in separate processes, with a tiny
 * random student and a scripted model endpoint as judge and student.
 */
final class TestStack {
  private static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();
  private static final long COMMAND_MINUTES = 6;
  // Each JVM of the tests has ports of its own, counted from 1; an IDE has one JVM and no number.
  private static final int FORK = Math.max(1, Integer.getInteger("surefire.forkNumber", 1));
  private static final int PORTS_A_FORK = 6_000;
  private static final int FIRST_PORT = 20_000 + (FORK - 1) * PORTS_A_FORK;

  private final Path home;
  private final ManagedChannel channel;

  private TestStack(Path home, ManagedChannel channel) {
    this.home = home;
    this.channel = channel;
  }

  /**
   * @param home short enough for a temporary folder; contains store, logs and state
   */
  static TestStack start(Path home, ScriptedModel model) throws IOException, InterruptedException {
    return start(home, model, List.of(), Map.of());
  }

  /**
   * @param flags additional command-line flags
   * @param environment additional environment variables of the command
   */
  static TestStack start(
      Path home, ScriptedModel model, List<String> flags, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path student = home.resolve("student");
    run(home, Map.of(), List.of(python(), "-m", "retort_trainer.tiny_model", student.toString()));
    List<String> up =
        new ArrayList<>(
            List.of(
                "up",
                "--judge-url",
                model.baseUrl(),
                "--judge-model",
                ScriptedModel.MODEL,
                "--student-url",
                model.baseUrl(),
                "--student-model",
                ScriptedModel.MODEL));
    for (String port : freePorts()) {
      up.addAll(List.of("--port", port));
    }
    up.addAll(flags);
    retort(home, environment, up);
    StackState state = StackState.running(home).orElseThrow();
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget(state.controlAddress()).usePlaintext().build();
    return new TestStack(home, channel);
  }

  RunServiceGrpc.RunServiceBlockingStub runs() {
    return RunServiceGrpc.newBlockingStub(channel);
  }

  /** Runs the command line; returns what it printed. */
  String cli(String... arguments) throws IOException, InterruptedException {
    return retort(home, Map.of(), List.of(arguments));
  }

  StackState state() {
    return StackState.running(home).orElseThrow();
  }

  Path home() {
    return home;
  }

  Path store() {
    return home.resolve("store");
  }

  /**
   * Kills a process of the stack with SIGKILL and returns once it has ended; its supervisor
   * restarts it.
   */
  void kill(String name) {
    kill(process(name));
  }

  /** Kills the server of the stack's Ray head with SIGKILL, which ends the cluster. */
  void killRayHead() {
    kill(
        process("ray")
            .children()
            .filter(child -> child.info().command().orElse("").endsWith("gcs_server"))
            .findFirst()
            .orElseThrow());
  }

  /** Suspends a process of the stack with SIGSTOP for the duration of the outage. */
  void freeze(String name, Duration outage) throws IOException, InterruptedException {
    Outages.freeze(process(name), outage);
  }

  private static void kill(ProcessHandle handle) {
    handle.destroyForcibly();
    handle.onExit().join();
  }

  private ProcessHandle process(String name) {
    return state().processes().stream()
        .filter(recorded -> recorded.name().equals(name))
        .findFirst()
        .flatMap(RecordedProcess::handle)
        .orElseThrow();
  }

  /** The processes of Python trainers on the stack's Ray node. */
  List<ProcessHandle> trainers() {
    return onRay("TrainerActor");
  }

  /** The processes of ranks, started by trainers with several ranks. */
  List<ProcessHandle> ranks() {
    return onRay("RayTrainWorker");
  }

  private List<ProcessHandle> onRay(String actor) {
    return process("ray").descendants().filter(process -> runs(process, actor)).toList();
  }

  /** Runs Python with the trainer's packages; returns its output. */
  static String python(String code, String... arguments) throws IOException, InterruptedException {
    return python(Map.of(), code, arguments);
  }

  static String python(Map<String, String> environment, String code, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(python(), "-c", code));
    command.addAll(List.of(arguments));
    return run(Files.createTempDirectory("retort"), environment, command);
  }

  static Path repository() {
    return REPOSITORY;
  }

  /** Stops the stack and checks that none of its processes remains. */
  void stop() throws IOException, InterruptedException {
    channel.shutdownNow();
    List<ProcessHandle> processes =
        state().processes().stream()
            .flatMap(process -> process.handle().stream())
            .flatMap(handle -> Stream.concat(Stream.of(handle), handle.descendants()))
            .toList();
    retort(home, Map.of(), List.of("down"));
    List<ProcessHandle> orphans = processes.stream().filter(ProcessHandle::isAlive).toList();
    if (!orphans.isEmpty()) {
      throw new AssertionError("left running after down: " + orphans);
    }
  }

  private static boolean runs(ProcessHandle process, String actor) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/cmdline")).contains(actor);
    } catch (IOException e) {
      // It has ended in the meantime.
      return false;
    }
  }

  private static String retort(Path home, Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dretort.repository=" + REPOSITORY,
                "-cp",
                REPOSITORY.resolve("cli/target/retort.jar")
                    + ":"
                    + REPOSITORY.resolve("cli/target/lib")
                    + "/*",
                "io.retort.cli.Retort"));
    command.addAll(arguments);
    return run(home, environment, command);
  }

  private static String run(Path home, Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(home, "command-", ".log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.environment().put("RETORT_HOME", home.toString());
    builder.environment().put("RETORT_STUDENT_MODEL", home.resolve("student").toString());
    Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    if (!process.waitFor(COMMAND_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError(command + " did not end; it printed:\n" + Files.readString(output));
    }
    String printed = Files.readString(output);
    if (process.exitValue() != 0) {
      throw new AssertionError(command + " ended with " + process.exitValue() + ":\n" + printed);
    }
    return printed;
  }

  private static String python() {
    return environmentProgram("python");
  }

  /** Path of a program of the trainer's environment. */
  static String environmentProgram(String name) {
    return REPOSITORY.resolve("gpu-workers/trainer/.venv/bin").resolve(name).toString();
  }

  /**
   * Ports outside the range from which outgoing connections take theirs, so that they are still
   * free when the stack starts.
   */
  private static List<String> freePorts() throws IOException {
    List<String> keys =
        List.of(
            "temporal",
            "temporal-ui",
            "temporal-metrics",
            "ray",
            "ray-client",
            "ray-agent",
            "ray-agent-grpc",
            "ray-runtime-env-agent",
            "ray-metrics",
            "model",
            "control",
            "judge-1",
            "judge-2",
            "control-metrics",
            "judge-1-metrics",
            "judge-2-metrics",
            "pipeline-metrics",
            "driver-metrics");
    List<String> ports = new ArrayList<>();
    Set<Integer> taken = new HashSet<>();
    while (ports.size() < keys.size()) {
      int port = freePort();
      if (taken.add(port)) {
        ports.add(keys.get(ports.size()) + "=" + port);
      }
    }
    return ports;
  }

  /** A port as those of the stack, which another call may return too. */
  static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, FIRST_PORT + PORTS_A_FORK);
      try (ServerSocket socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // The port is in use; tries the next one.
      }
    }
  }
}
