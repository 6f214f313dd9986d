package io.retort.stack;

import io.retort.stack.StackProcess.Readiness;
import io.retort.store.DataRoots;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The processes of a stack in their start order. */
final class StackPlan {
  /**
   * The second compiler with little inlining, for the processes that handle every row: with its
   * default limits it takes up to half of their CPU time in a stage of 60,000 rows.
   */
  private static final List<String> ROW_COMPILER =
      List.of("-XX:MaxInlineLevel=6", "-XX:FreqInlineSize=120", "-XX:InlineSmallCode=800");

  /** The first compiler alone, for processes that mostly wait. */
  private static final List<String> OTHER_COMPILER = List.of("-XX:TieredStopAtLevel=1");

  private static final Duration QUICK = Duration.ofMinutes(1);
  private static final String PIPELINE = "pipeline";
  private static final Duration SLOW = Duration.ofMinutes(3);

  private final StackOptions options;

  StackPlan(StackOptions options) {
    this.options = options;
  }

  List<StackProcess> processes() {
    List<StackProcess> processes = new ArrayList<>();
    if (options.temporalAddress().isEmpty()) {
      processes.add(temporal());
    }
    if (options.rayAddress().isEmpty()) {
      processes.add(ray());
    }
    if (options.needsModelServer()) {
      processes.add(modelServer());
    }
    if (options.needsTeacher()) {
      processes.add(teacher());
    }
    processes.add(judge("judge-1", StackPort.JUDGE_1, StackPort.JUDGE_1_METRICS));
    processes.add(judge("judge-2", StackPort.JUDGE_2, StackPort.JUDGE_2_METRICS));
    processes.add(pipeline());
    processes.add(driver());
    processes.add(control());
    return processes;
  }

  /** The ports that must be free. */
  Set<StackPort> ports() {
    EnumSet<StackPort> ports = EnumSet.allOf(StackPort.class);
    if (options.temporalAddress().isPresent()) {
      ports.removeAll(
          EnumSet.of(StackPort.TEMPORAL, StackPort.TEMPORAL_UI, StackPort.TEMPORAL_METRICS));
    }
    if (options.rayAddress().isPresent()) {
      ports.removeAll(EnumSet.range(StackPort.RAY, StackPort.RAY_METRICS));
    }
    if (!options.needsModelServer()) {
      ports.remove(StackPort.MODEL);
    }
    if (!options.needsTeacher()) {
      ports.remove(StackPort.TEACHER);
    }
    return ports;
  }

  /** Empty for a Temporal that the stack has not started. */
  private String temporalUi() {
    return options.temporalAddress().isPresent()
        ? ""
        : "http://" + options.ports().address(StackPort.TEMPORAL_UI);
  }

  String temporalAddress() {
    return options.temporalAddress().orElse(options.ports().address(StackPort.TEMPORAL));
  }

  String rayAddress() {
    return options.rayAddress().orElse(options.ports().address(StackPort.RAY));
  }

  String storeUri() {
    return options.storeUri();
  }

  /** The endpoints file that the judge workers read. */
  Path endpointsFile() {
    return options
        .endpoints()
        .map(UserEndpoints::file)
        .orElse(options.home().resolve("generated/endpoints.yaml"));
  }

  /** Content of {@link #endpointsFile} if the user provides none. */
  String endpoints() {
    StackOptions.ModelEndpoint fallback = embedded(StackPort.MODEL, "SmolLM2-135M-Instruct");
    StackOptions.ModelEndpoint teacher = embedded(StackPort.TEACHER, "retort-demo-teacher");
    return "# Written anew by each `retort up`. For endpoints of your own: retort up --endpoints"
        + " FILE\n"
        + "endpoints:\n"
        + endpoint("judge", options.judge().orElse(fallback))
        + endpoint("student", options.student().orElse(fallback))
        // The demo's judge: the user's, where there is one.
        + endpoint("teacher", options.judge().orElse(teacher));
  }

  /** Outside the stack's home, whose path may be too long for Ray's sockets. */
  Path rayFolder() {
    return RayFolder.of(
        options.home(),
        Path.of(System.getProperty("java.io.tmpdir")),
        RayFolder.socketLimit(System.getProperty("os.name")));
  }

  private StackProcess temporal() {
    List<String> command =
        new ArrayList<>(
            List.of(
                python("bin/temporal"),
                "server",
                "start-dev",
                "--ip",
                "127.0.0.1",
                "--port",
                port(StackPort.TEMPORAL),
                "--ui-port",
                port(StackPort.TEMPORAL_UI),
                "--metrics-port",
                port(StackPort.TEMPORAL_METRICS),
                "--db-filename",
                options.home().resolve("temporal.db").toString(),
                // One sync of the disk for each commit instead of several; as durable as without.
                "--sqlite-pragma",
                "journal_mode=wal",
                "--log-level",
                "warn",
                // Teams alternate in the GPU queue. Partitions of a queue do not know each other's
                // tasks, so only a single one keeps the order of teams and priorities.
                "--dynamic-config-value",
                "matching.enableFairness=true",
                "--dynamic-config-value",
                "matching.numTaskqueueReadPartitions=1",
                "--dynamic-config-value",
                "matching.numTaskqueueWritePartitions=1"));
    for (String attribute :
        List.of("RetortPhase", "RetortStage", "RetortStudent", "RetortDataset", "RetortTeam")) {
      command.addAll(List.of("--search-attribute", attribute + "=Keyword"));
    }
    command.addAll(List.of("--search-attribute", "RetortProgress=Double"));
    return new StackProcess(
        "temporal",
        command,
        Map.of(),
        options.secretVariables(),
        Readiness.port(options.ports().get(StackPort.TEMPORAL)),
        QUICK);
  }

  private StackProcess ray() {
    return new StackProcess(
        "ray",
        List.of(
            python("bin/ray"),
            "start",
            "--head",
            "--block",
            "--node-ip-address=127.0.0.1",
            "--port=" + port(StackPort.RAY),
            "--ray-client-server-port=" + port(StackPort.RAY_CLIENT),
            // Of those that Ray would choose itself, it ends if another process takes one
            // meanwhile.
            "--dashboard-agent-listen-port=" + port(StackPort.RAY_AGENT),
            "--dashboard-agent-grpc-port=" + port(StackPort.RAY_AGENT_GRPC),
            "--runtime-env-agent-port=" + port(StackPort.RAY_RUNTIME_ENV_AGENT),
            "--metrics-export-port=" + port(StackPort.RAY_METRICS),
            // Free ports chosen by the system, instead of thousands from a fixed range.
            "--min-worker-port=0",
            "--max-worker-port=0",
            "--log-color=false",
            "--num-cpus=" + Math.max(2, Runtime.getRuntime().availableProcessors()),
            "--include-dashboard=false",
            "--disable-usage-stats",
            "--object-store-memory=134217728",
            "--temp-dir=" + rayFolder()),
        Map.of(
            "PYTHONPATH",
            trainerPath(),
            // Keeps Ray on the given loopback address.
            "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER",
            "0"),
        options.secretVariables(),
        Readiness.log("Ray runtime started"),
        SLOW);
  }

  private StackProcess modelServer() {
    return new StackProcess(
        "model",
        List.of(
            python("bin/python"),
            options.repository().resolve("infra/local/model-server.py").toString(),
            "--model",
            options.servedModel().toString(),
            "--port",
            port(StackPort.MODEL),
            "--alias",
            "SmolLM2-135M-Instruct"),
        Map.of(),
        options.secretVariables(),
        Readiness.log("ready http"),
        SLOW);
  }

  private StackProcess teacher() {
    return new StackProcess(
        "teacher",
        List.of(
            python("bin/python"),
            options.repository().resolve("examples/demo/teacher.py").toString(),
            "--port",
            port(StackPort.TEACHER)),
        Map.of(),
        options.secretVariables(),
        Readiness.log("ready http"),
        QUICK);
  }

  private StackProcess judge(String name, StackPort port, StackPort metrics) {
    return worker(
        name,
        "workers/judge/target/retort-judge.jar",
        256,
        metrics,
        Map.of(
            "RETORT_PORT", port(port),
            "RETORT_ENDPOINTS", endpointsFile().toString(),
            "RETORT_JUDGE_PEERS", judgeAddresses()),
        Set.of(),
        Readiness.port(options.ports().get(port)));
  }

  private StackProcess pipeline() {
    return worker(
        PIPELINE,
        "workers/pipeline/target/retort-pipeline.jar",
        512,
        StackPort.PIPELINE_METRICS,
        Map.of(
            "RETORT_STORE",
            storeUri(),
            // Specs come from the user who started the stack, who can read the same files.
            DataRoots.VARIABLE,
            DataRoots.ALL,
            "TEMPORAL_ADDRESS",
            temporalAddress(),
            "RETORT_JUDGE_ADDRESSES",
            judgeAddresses(),
            "RETORT_PYTHON",
            python("bin/python")),
        options.secretVariables(),
        // Its metrics port is open before it is connected to Temporal.
        Readiness.log("the pipeline worker is ready: "));
  }

  private StackProcess driver() {
    return worker(
        "driver",
        "gpu-workers/driver/target/retort-driver.jar",
        256,
        StackPort.DRIVER_METRICS,
        Map.of(
            "TEMPORAL_ADDRESS", temporalAddress(),
            "RETORT_RAY_ADDRESS", rayAddress(),
            "RETORT_TRAINER_PATH", trainerPath()),
        options.secretVariables(),
        // Its metrics port is open before it has joined Ray and is connected to Temporal.
        Readiness.log("the driver is ready: "));
  }

  private StackProcess control() {
    return worker(
        "control",
        "workers/control/target/retort-control.jar",
        256,
        StackPort.CONTROL_METRICS,
        Map.of(
            "RETORT_PORT", port(StackPort.CONTROL),
            "RETORT_STORE", storeUri(),
            "TEMPORAL_ADDRESS", temporalAddress(),
            "RETORT_TEMPORAL_UI", temporalUi(),
            "RETORT_STUDENT_MODEL", options.studentModel().toString()),
        options.secretVariables(),
        Readiness.port(options.ports().get(StackPort.CONTROL)));
  }

  private static boolean handlesRows(String name) {
    return name.equals(PIPELINE) || name.startsWith("judge");
  }

  private StackProcess worker(
      String name,
      String jar,
      int heapMegabytes,
      StackPort metrics,
      Map<String, String> environment,
      Set<String> withheld,
      Readiness ready) {
    Map<String, String> complete = new HashMap<>(environment);
    complete.put("RETORT_METRICS_PORT", port(metrics));
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                // The state of a process without memory is undefined: its supervisor starts
                // another.
                "-XX:+ExitOnOutOfMemoryError",
                "-Xmx" + heapMegabytes + "m"));
    command.addAll(handlesRows(name) ? ROW_COMPILER : OTHER_COMPILER);
    command.addAll(List.of("-jar", options.repository().resolve(jar).toString()));
    return new StackProcess(name, command, complete, withheld, ready, SLOW);
  }

  private StackOptions.ModelEndpoint embedded(StackPort port, String model) {
    return new StackOptions.ModelEndpoint(
        "http://" + options.ports().address(port) + "/v1", model, Optional.empty());
  }

  private static String endpoint(String name, StackOptions.ModelEndpoint endpoint) {
    return "  "
        + name
        + ":\n    base_url: '"
        + quote(endpoint.baseUrl())
        + "'\n    model: '"
        + quote(endpoint.model())
        + "'\n"
        + endpoint
            .apiKeyVariable()
            .map(key -> "    api_key_env: '" + quote(key) + "'\n")
            .orElse("");
  }

  private static String quote(String value) {
    return value.replace("'", "''");
  }

  private String judgeAddresses() {
    return options.ports().address(StackPort.JUDGE_1)
        + ","
        + options.ports().address(StackPort.JUDGE_2);
  }

  private String trainerPath() {
    return options.repository().resolve("gpu-workers/trainer/src").toString();
  }

  private String python(String path) {
    return options.repository().resolve("gpu-workers/trainer/.venv").resolve(path).toString();
  }

  private String port(StackPort port) {
    return String.valueOf(options.ports().get(port));
  }
}
