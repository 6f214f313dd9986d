package io.retort.cli;

import io.retort.client.Watch;
import io.retort.output.ExitCode;
import io.retort.output.OutputOptions;
import io.retort.report.RunTable;
import io.retort.v1.Run;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Shows a run until it ends. On a terminal, which the launcher indicates by {@code
 * RETORT_TERMINAL=1} and its width by {@code RETORT_COLUMNS}, the lines are redrawn in place;
 * otherwise each line is printed when it changes. As JSON or YAML, each change is printed as one
 * run.
 */
final class RunWatcher {
  private static final String CLEAR_BELOW = "\033[J";

  private final ControlClient client;
  private final PrintWriter out;
  private final OutputOptions output;
  private final boolean terminal;
  private final int columns;
  private final LiveFigures figures = new LiveFigures(Charset.defaultCharset());
  private List<String> shown = List.of();

  RunWatcher(ControlClient client, PrintWriter out, OutputOptions output) {
    this.client = client;
    this.out = out;
    this.output = output;
    terminal = "1".equals(System.getenv("RETORT_TERMINAL"));
    columns = columns(System.getenv());
  }

  /** Returns the exit code: 0 if the run succeeded. An interrupt does not affect the run. */
  int watch(String runId) {
    return exitCode(output.isTable() ? watchAsTable(runId) : follow(runId)).number();
  }

  private Run watchAsTable(String runId) {
    Thread farewell =
        new Thread(
            () -> {
              out.printf(
                  "%nThe run continues. Watch it: retort runs watch %s   Stop it: retort runs cancel %s%n",
                  runId, runId);
              out.flush();
            });
    Runtime.getRuntime().addShutdownHook(farewell);
    Run run = follow(runId);
    Runtime.getRuntime().removeShutdownHook(farewell);
    out.println();
    out.println(RunTable.render(run, terminal));
    out.flush();
    return run;
  }

  private static ExitCode exitCode(Run run) {
    return switch (run.getPhase()) {
      case RUN_PHASE_SUCCEEDED -> ExitCode.OK;
      case RUN_PHASE_CANCELLED -> ExitCode.RUN_CANCELLED;
      case RUN_PHASE_FAILED -> ExitCode.RUN_FAILED;
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_PAUSED,
          RUN_PHASE_AWAITING_APPROVAL,
          UNRECOGNIZED ->
          ExitCode.FAILED;
    };
  }

  /** Follows the run; a lost connection says nothing about it. */
  private Run follow(String runId) {
    Run last = Run.getDefaultInstance();
    try (Watch<Run> watch = client.watch(runId)) {
      while (watch.hasNext()) {
        last = watch.next();
        show(last);
      }
    }
    return last;
  }

  private void show(Run run) {
    if (!output.isTable()) {
      output.printNext(out, run);
      return;
    }
    List<String> lines = new ArrayList<>(ProgressView.lines(run, terminal));
    if (terminal) {
      lines.addAll(figures.lines(run));
      // A wrapped line would take two terminal lines, and redrawing would miss one.
      lines = lines.stream().map(this::fit).toList();
      if (!shown.isEmpty()) {
        out.print("\033[" + shown.size() + "A\r" + CLEAR_BELOW);
      }
      lines.forEach(out::println);
    } else {
      List<String> before = shown;
      List<String> changed = new ArrayList<>(lines);
      changed.removeAll(before);
      changed.forEach(out::println);
    }
    out.flush();
    shown = lines;
  }

  private String fit(String line) {
    return line.length() < columns ? line : line.substring(0, columns - 1);
  }

  private static int columns(Map<String, String> environment) {
    try {
      return Math.max(20, Integer.parseInt(environment.getOrDefault("RETORT_COLUMNS", "80")));
    } catch (NumberFormatException e) {
      return 80;
    }
  }
}
