package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.v1.Plan;
import io.retort.v1.Run;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Options of commands that launch a run: its id for repetitions, its lane, and whether it is
 * watched.
 */
final class StartOptions {
  @Option(names = "--watch", description = "Show its progress until it ends.")
  private boolean watch;

  @Option(
      names = "--request-id",
      description = "Id of this launch: a repeated id returns the run that the first one started.")
  private @Nullable String requestId;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label of the run; may be repeated.")
  private @Nullable Map<String, String> labels;

  @Option(names = "--note", defaultValue = "", description = "Shown with the run.")
  private String note = "";

  @Option(
      names = "--lane",
      description = "Lane in which the run waits for its turn: see retort lanes list.")
  private @Nullable String lane;

  @Mixin private OutputOptions output = new OutputOptions();

  Map<String, String> labels() {
    return labels == null ? Map.of() : labels;
  }

  String note() {
    return note;
  }

  /** Empty where none is given. */
  String lane() {
    return lane == null ? "" : lane;
  }

  /** Empty where none is given. */
  String requestId() {
    return requestId == null ? "" : requestId;
  }

  /** Prints what the run would do. */
  void print(Plan plan, PrintWriter out) {
    output.print(out, plan, () -> PlanCommand.text(plan));
  }

  /**
   * Prints the run's id, or the run as JSON or YAML, and watches it with {@code --watch}.
   *
   * @return the exit status
   */
  int show(ControlClient client, Run run, PrintWriter out) {
    if (!watch) {
      output.print(out, run, run::getRunId);
      return 0;
    }
    if (output.isTable()) {
      out.println(run.getRunId());
      out.flush();
    }
    return new RunWatcher(client, out, output).watch(run.getRunId());
  }
}
