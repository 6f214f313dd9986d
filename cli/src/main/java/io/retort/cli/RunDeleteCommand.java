package io.retort.cli;

import io.retort.v1.DeleteRunRequest;
import io.retort.v1.DeleteRunResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code retort runs delete}. */
@Command(
    name = "delete",
    description =
        "Remove a run that has ended from all lists; retort store sweep deletes what it made.",
    mixinStandardHelpOptions = true)
final class RunDeleteCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN")
  private String runId = "";

  @Option(names = "--reason", defaultValue = "", description = "Kept with the deletion.")
  private String reason = "";

  @Override
  public Integer call() {
    try (ControlClient client = ControlClient.open(System.getenv())) {
      DeleteRunResponse deleted =
          client
              .runs()
              .deleteRun(DeleteRunRequest.newBuilder().setRunId(runId).setReason(reason).build());
      spec.commandLine().getOut().println(deleted.getRunId() + " is deleted");
      return 0;
    }
  }
}
