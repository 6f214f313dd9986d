package io.retort.cli;

import io.retort.v1.UpdateRunRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort runs note}. */
@Command(
    name = "note",
    description = "Replace the note of a run; an empty one removes it.",
    mixinStandardHelpOptions = true)
final class RunNoteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN")
  private String runId = "";

  @Parameters(index = "1", paramLabel = "NOTE")
  private String note = "";

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      UpdateRunRequest request =
          UpdateRunRequest.newBuilder().setRunId(runId).setNote(note).build();
      spec.commandLine().getOut().println(RunLine.of(client.runs().updateRun(request).getRun()));
      return 0;
    }
  }
}
