package io.retort.cli;

import io.retort.output.OutputOptions;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.Plan;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import java.io.PrintWriter;
import java.util.Map;
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
      defaultValue = "",
      description = "Id of this launch: a repeated id returns the run that the first one started.")
  private String requestId = "";

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "A label of the run; may be repeated.")
  private Map<String, String> labels = Map.of();

  @Option(names = "--note", defaultValue = "", description = "Shown with the run.")
  private String note = "";

  @Option(
      names = "--lane",
      defaultValue = "",
      description = "Lane in which the run waits for its turn: see retort lanes list.")
  private String lane = "";

  @Mixin private OutputOptions output = new OutputOptions();

  CreateRunRequest.Builder addTo(CreateRunRequest.Builder request) {
    return request.setRequestId(requestId).putAllLabels(labels).setNote(note).setLane(lane);
  }

  RetrainRunRequest.Builder addTo(RetrainRunRequest.Builder request) {
    return request.setRequestId(requestId).putAllLabels(labels).setNote(note).setLane(lane);
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
