package io.retort.stack;

import io.retort.stack.StackState.Phase;
import io.retort.stack.StackState.RecordedProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The supervisor's process, started by {@code retort up}. */
@Command(name = "supervise", hidden = true)
public final class SuperviseCommand implements Callable<Integer> {
  private static final List<StackPort> METRICS =
      List.of(
          StackPort.CONTROL_METRICS,
          StackPort.JUDGE_1_METRICS,
          StackPort.JUDGE_2_METRICS,
          StackPort.PIPELINE_METRICS,
          StackPort.DRIVER_METRICS);

  @Mixin private StackFlags flags = new StackFlags();

  @Override
  public Integer call() throws Exception {
    StackOptions options = flags.options(Repository.path(), System.getenv());
    StackPlan plan = new StackPlan(options);
    new Supervisor(options.home(), options.repository(), describe(options, plan), plan.processes())
        .run();
    return 0;
  }

  static List<String> commandLine(StackFlags flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    command.add("-D" + Repository.PROPERTY + "=" + Repository.path());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            "io.retort.cli.Retort", "supervise", "--port-offset", String.valueOf(flags.offset)));
    flags.moved.forEach((key, number) -> command.addAll(List.of("--port", key + "=" + number)));
    add(command, "--store", flags.store);
    add(command, "--judge-url", flags.judgeUrl);
    add(command, "--judge-model", flags.judgeModel);
    add(command, "--judge-api-key-env", flags.judgeKey);
    add(command, "--student-url", flags.studentUrl);
    add(command, "--student-model", flags.studentModel);
    // The supervisor has another working folder.
    add(
        command,
        "--endpoints",
        flags.endpoints == null ? null : flags.endpoints.toAbsolutePath().normalize().toString());
    return command;
  }

  private static StackState describe(StackOptions options, StackPlan plan) {
    List<String> metrics = new ArrayList<>();
    for (StackPort port : METRICS) {
      metrics.add("http://" + options.ports().address(port) + "/metrics");
    }
    return new StackState(
        Phase.STARTING,
        "",
        RecordedProcess.down("supervisor", 0),
        List.of(),
        options.ports().address(StackPort.CONTROL),
        plan.temporalAddress(),
        options.temporalAddress().isPresent()
            ? ""
            : "http://" + options.ports().address(StackPort.TEMPORAL_UI),
        metrics,
        plan.storeUri(),
        options.rayAddress().isPresent() ? "" : plan.rayFolder().toString());
  }

  private static void add(
      List<String> command, String name, @org.jspecify.annotations.Nullable String value) {
    if (value != null) {
      command.addAll(List.of(name, value));
    }
  }
}
