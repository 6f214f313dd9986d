package io.retort.cli;

import io.retort.v1.Run;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that launch a run: its id for repetitions, and whether it is watched. */
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

  Map<String, String> labels() {
    return labels == null ? Map.of() : labels;
  }

  String note() {
    return note;
  }

  /** Empty where none is given. */
  String requestId() {
    return requestId == null ? "" : requestId;
  }

  /**
   * Prints the run's id, and watches it with {@code --watch}.
   *
   * @return the exit status
   */
  int show(ControlClient client, Run run, PrintWriter out) {
    out.println(run.getRunId());
    out.flush();
    return watch ? new RunWatcher(client, out).watch(run.getRunId()) : 0;
  }
}
