package io.retort.cli;

import io.retort.v1.Run;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
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
      names = "--lane",
      description = "Lane in which the run waits for its turn: see retort lanes list.")
  private @Nullable String lane;

  /** Empty where none is given. */
  String lane() {
    return lane == null ? "" : lane;
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
