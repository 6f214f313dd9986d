package io.retort.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Starts the processes of a measurement on free ports, and ends them in any case. */
final class Workbench implements AutoCloseable {
  /** Number of concurrent answers: the endpoint's slots, and every client's calls. */
  static final int SLOTS = 512;

  private static final int JUDGES = 2;
  private static final int JUDGE_MEGABYTES = 256;
  private static final int CONTROL_MEGABYTES = 256;
  private static final int PIPELINE_MEGABYTES = 512;
  private static final List<String> KEYWORD_ATTRIBUTES =
      List.of("RetortPhase", "RetortStage", "RetortStudent", "RetortDataset", "RetortTeam");

  private final Path repository;
  private final Path folder;
  private final boolean record;
  private final Deque<BenchProcess> processes = new ArrayDeque<>();

  /**
   * @param folder for logs, the store and data; created again
   * @param record whether JVMs write flight recordings into the folder
   */
  Workbench(Path repository, Path folder, boolean record) throws IOException {
    this.repository = repository;
    this.record = record;
    this.folder = Files.createDirectories(folder);
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "close-workbench"));
  }

  /**
   * A running endpoint.
   *
   * @param baseUrl including {@code /v1}
   */
  record RunningEndpoint(BenchProcess process, URI baseUrl) {}

  /**
   * Running judge workers.
   *
   * @param addresses as in {@code RETORT_JUDGE_ADDRESSES}
   */
  record RunningJudges(List<BenchProcess> processes, String addresses) {}

  /**
   * A platform without trainers.
   *
   * @param metricsPort of the pipeline worker
   */
  record RunningPlatform(
      BenchProcess temporal,
      BenchProcess pipeline,
      BenchProcess control,
      String temporalAddress,
      String controlAddress,
      int metricsPort) {}

  /**
   * A control plane beside Temporal, with runs that do no work.
   *
   * @param address of gRPC and HTTP
   */
  record RunningControl(List<BenchProcess> processes, String address) {}

  RunningControl control() throws IOException, InterruptedException {
    int port = freePort();
    BenchProcess temporal = start("temporal", Map.of(), temporal(port));
    temporal.awaitPort(port);
    int controlPort = freePort();
    Map<String, String> environment =
        Map.of(
            "RETORT_STORE",
            store(),
            "RETORT_DATA_ROOTS",
            "/",
            "TEMPORAL_ADDRESS",
            "127.0.0.1:" + port,
            "RETORT_PORT",
            String.valueOf(controlPort),
            // All clients are one caller.
            "RETORT_CALLS_PER_SECOND",
            "0",
            "RETORT_STUDENT_MODEL",
            student().toString());
    List<String> command = new ArrayList<>(java("worker", CONTROL_MEGABYTES));
    command.addAll(List.of("-cp", classPath(), StubWorker.class.getName()));
    BenchProcess worker = start("worker", environment, command);
    worker.awaitOutput(StubWorker.READY);
    BenchProcess control =
        start(
            "control",
            environment,
            worker("control", CONTROL_MEGABYTES, "workers/control/target/retort-control.jar"));
    control.awaitPort(controlPort);
    return new RunningControl(List.of(control, temporal, worker), "127.0.0.1:" + controlPort);
  }

  RunningEndpoint endpoint(int delayMillis) throws IOException, InterruptedException {
    int port = freePort();
    List<String> command = new ArrayList<>(java("endpoint", 128));
    command.addAll(
        List.of(
            "-cp",
            classPath(),
            Endpoint.class.getName(),
            String.valueOf(port),
            String.valueOf(delayMillis),
            String.valueOf(SLOTS)));
    BenchProcess process = start("endpoint", Map.of(), command);
    process.awaitOutput("ready");
    return new RunningEndpoint(process, URI.create("http://127.0.0.1:" + port + "/v1"));
  }

  RunningJudges judges(URI endpoint) throws IOException, InterruptedException {
    Path endpoints = folder.resolve("endpoints.yaml");
    Files.writeString(
        endpoints,
        "endpoints:\n  judge:\n    base_url: "
            + endpoint
            + "\n    model: bench-judge\n    max_in_flight: "
            + SLOTS
            + "\n");
    List<BenchProcess> judges = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (int number = 1; number <= JUDGES; number++) {
      int port = freePort();
      BenchProcess judge =
          start(
              "judge-" + number,
              Map.of("RETORT_PORT", String.valueOf(port), "RETORT_ENDPOINTS", endpoints.toString()),
              worker("judge-" + number, JUDGE_MEGABYTES, "workers/judge/target/retort-judge.jar"));
      judge.awaitPort(port);
      judges.add(judge);
      addresses.add("127.0.0.1:" + port);
    }
    return new RunningJudges(judges, String.join(",", addresses));
  }

  BenchProcess judgeLoad(RunningJudges judges) throws IOException {
    List<String> command = new ArrayList<>(java("driver", PIPELINE_MEGABYTES));
    command.addAll(
        List.of(
            "-cp",
            classPath(),
            JudgeLoad.class.getName(),
            judges.addresses(),
            String.valueOf(SLOTS)));
    return start("driver", Map.of(), command);
  }

  RunningPlatform platform(RunningJudges judges) throws IOException, InterruptedException {
    int port = freePort();
    BenchProcess temporal = start("temporal", Map.of(), temporal(port));
    temporal.awaitPort(port);
    String address = "127.0.0.1:" + port;
    int metricsPort = freePort();
    Map<String, String> common =
        Map.of("RETORT_STORE", store(), "RETORT_DATA_ROOTS", "/", "TEMPORAL_ADDRESS", address);
    BenchProcess pipeline =
        start(
            "pipeline",
            with(
                common,
                Map.of(
                    "RETORT_JUDGE_ADDRESSES", judges.addresses(),
                    "RETORT_METRICS_PORT", String.valueOf(metricsPort))),
            worker("pipeline", PIPELINE_MEGABYTES, "workers/pipeline/target/retort-pipeline.jar"));
    int controlPort = freePort();
    BenchProcess control =
        start(
            "control",
            with(
                common,
                Map.of(
                    "RETORT_PORT", String.valueOf(controlPort),
                    "RETORT_STUDENT_MODEL", student().toString())),
            worker("control", CONTROL_MEGABYTES, "workers/control/target/retort-control.jar"));
    pipeline.awaitOutput("the pipeline worker is ready");
    control.awaitPort(controlPort);
    return new RunningPlatform(
        temporal, pipeline, control, address, "127.0.0.1:" + controlPort, metricsPort);
  }

  BenchProcess start(String name, Map<String, String> environment, List<String> command)
      throws IOException {
    BenchProcess process = BenchProcess.start(name, folder, environment, command);
    synchronized (processes) {
      processes.push(process);
    }
    return process;
  }

  Path folder() {
    return folder;
  }

  /** A file in the benchmarks' folder. */
  Path resource(String name) {
    return repository.resolve("bench").resolve(name);
  }

  @Override
  public void close() {
    synchronized (processes) {
      while (!processes.isEmpty()) {
        processes.pop().close();
      }
    }
  }

  private List<String> temporal(int port) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                python("bin/temporal"),
                "server",
                "start-dev",
                "--headless",
                "--ip",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--db-filename",
                folder.resolve("temporal.db").toString(),
                "--sqlite-pragma",
                "journal_mode=wal",
                "--log-level",
                "warn",
                "--search-attribute",
                "RetortProgress=Double"));
    for (String attribute : KEYWORD_ATTRIBUTES) {
      command.addAll(List.of("--search-attribute", attribute + "=Keyword"));
    }
    return command;
  }

  /** Starts a worker with the options of the local stack. */
  private List<String> worker(String name, int heapMegabytes, String jar) {
    List<String> command = new ArrayList<>(java(name, heapMegabytes));
    command.addAll(List.of("-jar", repository.resolve(jar).toString()));
    return command;
  }

  private List<String> java(String name, int heapMegabytes) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx" + heapMegabytes + "m"));
    // Same as in the local stack.
    if (name.equals("pipeline") || name.startsWith("judge")) {
      command.addAll(
          List.of("-XX:MaxInlineLevel=6", "-XX:FreqInlineSize=120", "-XX:InlineSmallCode=800"));
    } else if (name.equals("control")) {
      command.add("-XX:TieredStopAtLevel=1");
    }
    if (record) {
      command.add(
          "-XX:StartFlightRecording=settings=profile,filename=" + folder.resolve(name + ".jfr"));
    }
    return command;
  }

  /** A folder that is accepted as a model; the benchmark does not train. */
  private Path student() throws IOException {
    Path student = Files.createDirectories(folder.resolve("student"));
    Files.writeString(student.resolve("config.json"), "{}");
    Files.writeString(student.resolve("tokenizer.json"), "{}");
    Files.writeString(student.resolve("tokenizer_config.json"), "{}");
    Files.writeString(student.resolve("model.safetensors"), "");
    return student;
  }

  String store() {
    return "file://" + folder.resolve("store");
  }

  private String python(String path) {
    return repository.resolve("gpu-workers/trainer/.venv").resolve(path).toString();
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static Map<String, String> with(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new java.util.HashMap<>(some);
    all.putAll(more);
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
